// Reads a calendar from standard input with ical.js and writes what it understood, for test_calendars.py.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const instant = (time) => {
  if (!time) return null;
  return time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString();
};
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  const conference = component.getFirstProperty("conference");
  return {
    uid: event.uid,
    sequence: event.sequence,
    summary: event.summary,
    description: event.description,
    starts: instant(event.startDate),
    ends: component.hasProperty("dtend") ? instant(event.endDate) : null,
    status: component.getFirstPropertyValue("status"),
    url: component.getFirstPropertyValue("url"),
    conference: conference && [conference.getFirstParameter("feature"), conference.getFirstValue()],
    properties: component.getAllProperties().map((property) => property.name),
    parts: component.getAllSubcomponents().map((part) => part.name),
  };
});
const name = calendar.getFirstPropertyValue("name");
const parts = calendar.getAllSubcomponents().map((part) => part.name);
process.stdout.write(JSON.stringify({ name, parts, events }));
