/** Puts the digest behind an address (#…, as a QR code has it) into the field that checks it: <digest-in-address>. */
export class DigestInAddress extends HTMLElement {
  connectedCallback(): void {
    const digest = /^#([0-9a-f]{64})$/.exec(location.hash)?.[1];
    const field = this.querySelector<HTMLTextAreaElement>("textarea");
    if (digest && field && !field.value) field.value = digest;
  }
}

customElements.define("digest-in-address", DigestInAddress);
