"""A proxy that keeps what passes: bytes of the client and of the server of each connection, as they came."""
import socket
import threading


class Tap:
    """Listens on a free port and passes everything to `target`; `connections` holds [from client, from server]."""

    def __init__(self, target):
        self.target, self.connections, self.threads = target, [], []
        self.changed = threading.Condition()         # told of everything that passes
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            both = [bytearray(), bytearray()]
            self.connections.append(both)
            thread = threading.Thread(target=self._connect, args=(client, both), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _connect(self, client, both):
        try:
            first = self.greet(client, both[0])
        except (OSError, ValueError):
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.target))
        server.sendall(first)
        back = threading.Thread(target=self._pass, args=(server, client, both[1]), daemon=True)
        back.start()
        self._pass(client, server, both[0])
        back.join()

    def greet(self, client, kept):
        """What happens before anything is passed; returns what the server is to get first. Others may do more here."""
        return b""

    def keep(self, kept, chunk):
        with self.changed:
            kept += chunk
            self.changed.notify_all()

    def _pass(self, source, sink, kept):
        try:
            while chunk := source.recv(65536):
                self.keep(kept, chunk)
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
