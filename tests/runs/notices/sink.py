"""A mail server on loopback that keeps what it is sent (RFC 5321, the part that we speak)."""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailSink:
    """Runs on a thread of its own until `close`; `mails` are those that came."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuses = False
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait(10)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        server.close()
        self.loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self._keep(data[:-3])
            refused = self.refuses and word == b"MAIL"
            writer.write(b"451 later\r\n" if refused else b"250 sink\r\n")
            if word == b"QUIT":
                break
        writer.close()

    def _keep(self, data: bytes) -> None:
        self.raw.append(data)
        mail = message_from_bytes(data, _class=EmailMessage, policy=policy.default)
        self.mails.append(mail)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
