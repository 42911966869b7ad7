/**
 * Lets a passkey fill a form: <passkey-form does="create|get" options="id"> around a form with a hidden field
 * `credential`. What the device is asked lies as JSON in the element with that id, or at the address in `from`.
 *
 * The form is sent once the device has answered. If it does not, the sentence for that in `[data-said]` is shown.
 */
type Json = Record<string, unknown>;

export class PasskeyForm extends HTMLElement {
  private isBusy = false;

  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target instanceof HTMLFormElement) void this.fill(event.target);
    });
  }

  private async fill(form: HTMLFormElement): Promise<void> {
    const field = form.elements.namedItem("credential");
    if (this.isBusy || !(field instanceof HTMLInputElement)) return;
    this.isBusy = true;
    this.say("");
    try {
      field.value = JSON.stringify(await this.ceremony(form));
      form.submit();
    } catch (error) {
      this.say(reasonOf(error));
    } finally {
      this.isBusy = false;
    }
  }

  private async ceremony(form: HTMLFormElement): Promise<Json> {
    if (!("PublicKeyCredential" in window)) throw new Unusable("missing");
    const options = await this.options();
    const credential =
      this.getAttribute("does") === "create"
        ? await navigator.credentials.create({ publicKey: creationOptions(options, isAlone(form)) })
        : await navigator.credentials.get({ publicKey: requestOptions(options) });
    if (!(credential instanceof PublicKeyCredential)) throw new Unusable("refused");
    return asJson(credential);
  }

  private async options(): Promise<Json> {
    const place = this.getAttribute("from");
    if (place === null) {
      const text = document.getElementById(this.getAttribute("options") ?? "")?.textContent ?? "{}";
      return publicKeyOf(JSON.parse(text) as Json);
    }
    const answer = await fetch(place, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) throw new Unusable("failed");
    return publicKeyOf((await answer.json()) as Json);
  }

  private say(reason: string): void {
    const place = this.querySelector<HTMLElement>("[data-said]");
    if (!place) return;
    place.textContent = reason ? (place.dataset[reason] ?? "") : "";
    place.hidden = !reason;
  }
}

/** Why a passkey could not be used, as the name of the sentence that says so. */
class Unusable extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Unusable) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "SecurityError" || name === "NotSupportedError") return "missing";
  return name === "InvalidStateError" ? "known" : "refused";
}

/** Whether the passkey is to be enough alone: then the device keeps it, and asks for finger, face or PIN. */
function isAlone(form: HTMLFormElement): boolean {
  const box = form.elements.namedItem("passwordless");
  return box instanceof HTMLInputElement && box.checked;
}

function publicKeyOf(data: Json): Json {
  const options = (data["creation_options"] ?? data["request_options"] ?? {}) as Json;
  return (options["publicKey"] ?? {}) as Json;
}

function creationOptions(options: Json, alone: boolean): PublicKeyCredentialCreationOptions {
  const user = options["user"] as Json;
  return {
    ...options,
    challenge: bytes(options["challenge"]),
    user: { ...user, id: bytes(user["id"]) },
    excludeCredentials: descriptors(options["excludeCredentials"]),
    authenticatorSelection: {
      ...(options["authenticatorSelection"] as AuthenticatorSelectionCriteria),
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: alone ? "required" : "preferred",
    },
  } as unknown as PublicKeyCredentialCreationOptions;
}

function requestOptions(options: Json): PublicKeyCredentialRequestOptions {
  return {
    ...options,
    challenge: bytes(options["challenge"]),
    allowCredentials: descriptors(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

function descriptors(found: unknown): Json[] {
  return Array.isArray(found) ? found.map((one: Json) => ({ ...one, id: bytes(one["id"]) })) : [];
}

/** What the academy reads: bytes as base64url, as WebAuthn Level 3 writes them. */
function asJson(credential: PublicKeyCredential): Json {
  const said = credential.response;
  const response: Json = { clientDataJSON: text(said.clientDataJSON) };
  if (said instanceof AuthenticatorAttestationResponse) {
    response["attestationObject"] = text(said.attestationObject);
    response["transports"] = said.getTransports?.() ?? [];
  } else if (said instanceof AuthenticatorAssertionResponse) {
    response["authenticatorData"] = text(said.authenticatorData);
    response["signature"] = text(said.signature);
    response["userHandle"] = said.userHandle ? text(said.userHandle) : null;
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const base64 = String(base64url).replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

customElements.define("passkey-form", PasskeyForm);
