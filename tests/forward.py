"""Passes connections on: `python -m tests.forward FROM TO`, each HOST:PORT or a path.

Paths are sockets of the file system, which reach into network namespaces.
"""

import asyncio
import sys

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def main(here: str, there: str) -> None:
    async def answer(reader, writer) -> None:
        try:
            inner = await _connect(there)
        except OSError:
            writer.close()
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(reader, inner[1]))
            group.create_task(_pump(inner[0], writer))

    if ":" in here:
        host, _, port = here.partition(":")
        server = await asyncio.start_server(answer, host, int(port))
    else:
        server = await asyncio.start_unix_server(answer, here)
    await server.serve_forever()


async def _connect(there: str) -> Ends:
    if ":" not in there:
        return await asyncio.open_unix_connection(there)
    host, _, port = there.partition(":")
    return await asyncio.open_connection(host, int(port))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
