/**
 * Offers the times in the reader's own zone: <local-zone form="zone-form" academy="Europe/Berlin"
 * offer="Show times in {zone} time"></local-zone>.
 *
 * The page holds it only where no zone was chosen before. It says nothing, and takes no place, when the reader's clock shows
 * the academy's time. Taking the offer chooses the zone in the named form and submits it.
 */
export class LocalZone extends HTMLElement {
  connectedCallback(): void {
    const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const mine = presentNames.get(device) ?? device;
    const academy = this.getAttribute("academy") ?? "";
    if (this.hasChildNodes()) return;
    if (!mine || sameClock(mine, academy)) {
      this.hidden = true; // gives the line back, so that the academy's zone stands in the middle
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-word";
    button.textContent = (this.getAttribute("offer") ?? "{zone}").replace("{zone}", placeName(mine));
    button.addEventListener("click", () => this.choose(mine));
    this.append(button);
  }

  private choose(zone: string): void {
    const form = document.getElementById(this.getAttribute("form") ?? "");
    if (!(form instanceof HTMLFormElement)) return;
    const select = form.elements.namedItem("zone");
    if (!(select instanceof HTMLSelectElement)) return;
    if (![...select.options].some((option) => option.value === zone)) {
      select.add(new Option(placeName(zone), zone));
    }
    select.value = zone;
    form.requestSubmit();
  }
}

/** Browsers still report some places by the name they had. */
const presentNames = new Map([
  ["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["Asia/Calcutta", "Asia/Kolkata"],
  ["Asia/Katmandu", "Asia/Kathmandu"],
  ["Asia/Rangoon", "Asia/Yangon"],
  ["Asia/Saigon", "Asia/Ho_Chi_Minh"],
  ["Europe/Kiev", "Europe/Kyiv"],
]);

/** "America/Argentina/Buenos_Aires" is known to people as "Buenos Aires". */
function placeName(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** Whether two zones show the same time in winter and in summer. */
function sameClock(one: string, other: string): boolean {
  const year = new Date().getFullYear();
  return [new Date(year, 0, 15), new Date(year, 6, 15)].every(
    (moment) => wallClock(moment, one) === wallClock(moment, other),
  );
}

function wallClock(moment: Date, zone: string): string {
  try {
    return moment.toLocaleString("en-GB", { timeZone: zone });
  } catch (error) {
    if (error instanceof RangeError) return zone; // a zone this device does not know
    throw error;
  }
}

customElements.define("local-zone", LocalZone);
