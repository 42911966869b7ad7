"""One address for pages and sockets, as a reverse proxy gives it: /ws/ goes to the second port, the rest to the first.

python -m bench.front PORT PAGES SOCKETS
"""

import asyncio
import contextlib
import sys


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what comes, until it ends."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def main(port: int, pages: int, sockets: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            way = sockets if line.startswith(b"GET /ws/") else pages
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", way)
        except OSError:
            writer.close()
            return
        inner_writer.write(line)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
