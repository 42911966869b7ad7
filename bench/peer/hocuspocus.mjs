// Hocuspocus with SQLite, for a measurement: `node hocuspocus.mjs '{"port": …, "database": …, "state": …, "debounce": …}'`.
// The table and its statements are those of Hocuspocus's own SQLite extension; the driver is Node's, which needs no
// compiler. As Academy's database it writes ahead and waits for the disk at every commit.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Database } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";

const asked = JSON.parse(process.argv[2]);
const database = new DatabaseSync(asked.database);
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
database.exec('CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))');
const fetched = database.prepare('SELECT data FROM "documents" WHERE name = ?');
const stored = database.prepare(
  'INSERT INTO "documents" ("name", "data") VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data',
);
stored.run(asked.document, readFileSync(asked.state));

const server = new Server({
  port: asked.port,
  address: "127.0.0.1",
  quiet: true,
  ...(asked.debounce === null ? {} : { debounce: asked.debounce, maxDebounce: asked.debounce }),
  extensions: [
    new Database({
      fetch: async ({ documentName }) => fetched.get(documentName)?.data ?? null,
      store: async ({ documentName, state }) => {
        stored.run(documentName, state);
      },
    }),
  ],
});
await server.listen();
