"""A proxy that keeps what passes: bytes of the client and of the server of each connection, as they came."""
import socket
import threading


class Tap:
    """Listens on a free port and passes everything to `target`; `connections` holds [from client, from server]."""

    def __init__(self, target):
        self.target, self.connections, self.threads = target, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            both = [bytearray(), bytearray()]
            self.connections.append(both)
            for source, sink, kept in (client, server, both[0]), (server, client, both[1]):
                thread = threading.Thread(target=self._pass, args=(source, sink, kept), daemon=True)
                self.threads.append(thread)
                thread.start()

    @staticmethod
    def _pass(source, sink, kept):
        try:
            while chunk := source.recv(65536):
                kept += chunk
                sink.sendall(chunk)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def end(self):
        """Waits until both ends have closed every connection."""
        self.listener.close()
        for thread in self.threads:
            thread.join(20)
            if thread.is_alive():
                raise TimeoutError("a connection stays open")
