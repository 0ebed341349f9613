//! A connected, non-blocking byte stream to a server.
//!
//! Read by one thread, written by whichever thread holds the connection's write turn. No call
//! blocks except `connect`, which is bounded by its deadline and by `shutdown` of a clone.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use super::poll::is_readable;
use super::{Waker, wait};
use crate::descriptor;

/// Room offered to each read.
pub const READ_CHUNK: usize = 64 * 1024;

/// Sizes asked of the system for new sockets, in bytes; none = the system's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Buffers {
    pub receive: Option<usize>,
    pub send: Option<usize>,
}

/// The stream. Plain TCP now; TLS is a second variant of what stands behind these calls.
#[derive(Debug)]
pub struct Stream {
    socket: Socket,
}

impl Stream {
    /// Connects to `address`. `waker` and `cancel` end the wait early with `Interrupted`.
    pub fn connect(
        address: SocketAddr,
        buffers: Buffers,
        deadline: Option<Instant>,
        waker: &Waker,
        cancel: &dyn Fn() -> bool,
    ) -> io::Result<Stream> {
        let socket = descriptor::beyond_standard(Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?)?;
        if let Some(size) = buffers.receive {
            let _ = socket.set_recv_buffer_size(size); // the system may refuse (spec 10 §1.7)
        }
        if let Some(size) = buffers.send {
            let _ = socket.set_send_buffer_size(size);
        }
        socket.set_nonblocking(true)?;
        match socket.connect(&address.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {
                await_connected(&socket, deadline, waker, cancel)?;
            }
            Err(error) => return Err(error),
        }
        if socket.local_addr()?.as_socket() == Some(address) {
            // a port of the ephemeral range without a listener can be met by its own SYN
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(Stream { socket })
    }

    /// Options of an established connection (spec 40 §3.5, §6.2): no Nagle delay, keep-alive, and
    /// the limit of the system for bytes that nobody confirms.
    pub fn tune(&self, silence: Option<Duration>) -> io::Result<()> {
        self.socket.set_tcp_nodelay(true)?;
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(60))
            .with_interval(Duration::from_secs(10))
            .with_retries(3);
        SockRef::from(&self.socket).set_tcp_keepalive(&keepalive)?;
        let limit = silence.unwrap_or_default().max(Duration::from_secs(30));
        self.socket.set_tcp_user_timeout(Some(limit))
    }

    /// Appends what is there to `into`. `Ok(0)` is the end of the stream, `WouldBlock` means nothing
    /// is there.
    pub fn read(&self, into: &mut BytesMut) -> io::Result<usize> {
        into.reserve(READ_CHUNK);
        loop {
            let count = match self.socket.recv(into.spare_capacity_mut()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            // SAFETY: recv filled the first `count` bytes of the spare capacity.
            unsafe { into.set_len(into.len() + count) };
            return Ok(count);
        }
    }

    /// Something can be read: bytes, the end or an error, which stays for the read that tells of it.
    pub fn has_input(&self) -> bool {
        is_readable(self.fd())
    }

    /// Writes what the socket takes, at most all of `bytes`; never raises SIGPIPE.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.socket.send_with_flags(bytes, libc::MSG_NOSIGNAL) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Ends both directions; every thread that reads, writes or waits notices.
    pub fn shutdown(&self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }

    /// For `wait`.
    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

fn await_connected(
    socket: &Socket,
    deadline: Option<Instant>,
    waker: &Waker,
    cancel: &dyn Fn() -> bool,
) -> io::Result<()> {
    loop {
        let ready = wait(Some(socket.as_raw_fd()), true, waker, deadline)?;
        if ready.writable || ready.readable {
            return match socket.take_error()? {
                None => Ok(()),
                Some(error) => Err(error),
            };
        }
        if cancel() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !ready.woken {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    fn pair() -> (Stream, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let waker = Waker::new().unwrap();
        let stream = Stream::connect(
            listener.local_addr().unwrap(),
            Buffers::default(),
            None,
            &waker,
            &|| false,
        )
        .unwrap();
        stream.tune(None).unwrap();
        (stream, listener.accept().unwrap().0)
    }

    #[test]
    fn bytes_pass_both_ways() {
        let (stream, mut peer) = pair();
        assert_eq!(stream.write(b"hello").unwrap(), 5);
        let mut buffer = [0; 5];
        peer.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"hello");
        let mut into = BytesMut::new();
        let error = stream.read(&mut into).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        peer.write_all(b"world").unwrap();
        let waker = Waker::new().unwrap();
        assert!(
            wait(Some(stream.fd()), false, &waker, None)
                .unwrap()
                .readable
        );
        assert_eq!(stream.read(&mut into).unwrap(), 5);
        assert_eq!(&into[..], b"world");
    }

    #[test]
    fn a_look_takes_no_error_away() {
        let (stream, peer) = pair();
        assert!(!stream.has_input());
        let linger = SockRef::from(&peer).set_linger(Some(Duration::ZERO));
        linger.unwrap(); // its end is a reset
        drop(peer);
        let waker = Waker::new().unwrap();
        wait(Some(stream.fd()), false, &waker, None).unwrap();
        assert!(stream.has_input() && stream.has_input());
        let error = stream.read(&mut BytesMut::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn writing_to_a_closed_peer_is_an_error_and_no_signal() {
        let (stream, peer) = pair();
        drop(peer);
        let failed = (0..1000).any(|_| {
            stream
                .write(&[0; 4096])
                .is_err_and(|e| e.kind() != io::ErrorKind::WouldBlock)
        });
        assert!(failed);
    }

    #[test]
    fn a_dead_port_is_refused() {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let waker = Waker::new().unwrap();
        let error = Stream::connect(port, Buffers::default(), None, &waker, &|| false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    /// SIGPIPE is blocked here, so that it would wait if it were raised (the test program itself ignores it).
    #[test]
    fn a_broken_pipe_raises_no_signal() {
        std::thread::spawn(|| {
            let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
            // SAFETY: the set is made before it is used; only this thread's mask changes.
            unsafe {
                libc::sigemptyset(set.as_mut_ptr());
                libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
                libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
            }
            let (stream, peer) = pair();
            drop(peer);
            let broken = (0..1000).any(|_| {
                stream
                    .write(&[0; 4096])
                    .is_err_and(|error| error.raw_os_error() == Some(libc::EPIPE))
            });
            assert!(broken);
            // SAFETY: fills the set with what waits for this thread.
            let waits = unsafe {
                libc::sigpending(set.as_mut_ptr());
                libc::sigismember(set.as_ptr(), libc::SIGPIPE)
            };
            assert_eq!(waits, 0);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_connect_that_nobody_answers_ends_at_its_limit() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        socket.bind(&any.into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        // a full backlog leaves further connects without an answer
        let mut taken = Vec::new();
        while let Ok(stream) =
            std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200))
        {
            taken.push(stream);
            assert!(taken.len() < 100, "the backlog does not fill");
        }
        let waker = Waker::new().unwrap();
        let limit = Instant::now() + Duration::from_millis(100);
        let result = Stream::connect(address, Buffers::default(), Some(limit), &waker, &|| false);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(Instant::now() >= limit);
    }

    #[test]
    fn a_socket_is_set_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let buffers = Buffers {
            receive: Some(40_000),
            send: Some(50_000),
        };
        let waker = Waker::new().unwrap();
        let address = listener.local_addr().unwrap();
        let stream = Stream::connect(address, buffers, None, &waker, &|| false).unwrap();
        stream.tune(Some(Duration::from_secs(45))).unwrap();
        let socket = &stream.socket;
        // the system counts its own needs in: twice what was asked for
        assert_eq!(socket.recv_buffer_size().unwrap(), 80_000);
        assert_eq!(socket.send_buffer_size().unwrap(), 100_000);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        let limit = socket.tcp_user_timeout().unwrap();
        assert_eq!(limit, Some(Duration::from_secs(45)));
    }
}
