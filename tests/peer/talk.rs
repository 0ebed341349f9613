//! One conversation: the socket below, whole frames above. Used by the script on its thread; every
//! wait ends at the limit and fails the script.

use super::check::{Book, LinkId, SessionId};
use super::transcript::Transcript;
use super::verbs::Received;
use super::{Counter, Gate, LIMIT};
use bytes::{Bytes, BytesMut};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tibemsufo::amqp::frame::{FRAME_HEADER, FrameDecoder, RawFrame};
use tibemsufo::amqp::performative::Performative;

/// A frame of the library.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub channel: u16,
    pub performative: Performative,
    pub payload: Bytes,
    /// Bytes of the whole frame
    pub size: usize,
    pub session: Option<SessionId>,
    pub link: Option<LinkId>,
    /// The delivery, when this frame completed one
    pub complete: Option<Received>,
}

/// What came out of the socket.
enum Input {
    Bytes,
    Ended,
    Nothing,
}

/// The peer's side of a conversation.
pub struct Talk {
    listener: TcpListener,
    stream: Option<TcpStream>,
    /// Connections that the script left for the next one; they stay open
    left: Vec<TcpStream>,
    input: BytesMut,
    record: Arc<Transcript>,
    pub(super) book: Book,
    /// Counts empty frames
    pub heartbeats: Counter,
    /// Counts whole deliveries of the library that were served
    pub deliveries: Counter,
    /// Bytes per segment when set
    pub segment: Option<usize>,
    /// The connection is reset after so many more bytes of ours
    pub cut_after: Option<usize>,
    /// Credit that a served link gets and keeps; 0 = none
    pub credit: u32,
    /// Frames that every flow of ours lets the library send
    pub window: u32,
    /// Are our frames as clumsy as allowed (`clumsy.rs`)?
    pub clumsy: bool,
    /// Are served deliveries accepted?
    pub accepts: bool,
    /// Are the checks of `check.rs` fatal?
    pub strict: bool,
    /// Frames that were read and given back
    pub(super) waiting: Vec<Arrival>,
}

impl Talk {
    pub(super) fn new(listener: TcpListener, record: Arc<Transcript>) -> Talk {
        Talk {
            listener,
            stream: None,
            left: Vec::new(),
            input: BytesMut::new(),
            record,
            book: Book::default(),
            heartbeats: Counter::new(),
            deliveries: Counter::new(),
            segment: None,
            cut_after: None,
            credit: 100,
            window: super::check::WINDOW,
            clumsy: false,
            accepts: true,
            strict: true,
            waiting: Vec::new(),
        }
    }

    /// Ends the script with a reason.
    #[track_caller]
    pub fn fail(&self, reason: impl std::fmt::Display) -> ! {
        self.record.note(format_args!("FAILED: {reason}"));
        panic!("the peer: {reason}");
    }

    /// Adds a line to the transcript.
    pub fn note(&self, line: impl std::fmt::Display) {
        self.record.note(line);
    }

    /// Waits until the test opens a gate.
    #[track_caller]
    pub fn wait(&self, gate: &Gate) {
        gate.wait();
    }

    // --- connections ---------------------------------------------------------------------------

    /// Takes the next connection; one that is still open is left alone and stays open.
    #[track_caller]
    pub fn accept(&mut self) {
        if !self.accept_within(LIMIT) {
            self.fail("nobody connects");
        }
    }

    /// Takes the next connection if one comes in time.
    pub fn accept_within(&mut self, limit: Duration) -> bool {
        let mut poll = libc::pollfd {
            fd: self.listener.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let ms = i32::try_from(left.as_millis()).unwrap_or(i32::MAX);
            // SAFETY: one valid pollfd.
            match unsafe { libc::poll(&mut poll, 1, ms) } {
                1 => break,
                -1 => {} // a signal
                _ => return false,
            }
        }
        let Ok((stream, _)) = self.listener.accept() else {
            return false;
        };
        stream.set_nodelay(true).expect("TCP_NODELAY");
        self.left.extend(self.stream.replace(stream));
        self.input.clear();
        self.waiting.clear();
        self.book = Book::default();
        self.note("connection accepted");
        true
    }

    /// Closes the socket in order (FIN).
    pub fn drop_socket(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.note("socket closed");
            // a close with unread input would become a reset
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    /// Ends our direction only and goes on reading.
    pub fn shut_output(&mut self) {
        if let Some(stream) = &self.stream {
            let _ = stream.shutdown(Shutdown::Write);
            self.note("output shut");
        }
    }

    /// Closes the socket with input left unread, as a server does that ends under load: what was written still
    /// arrives, then a reset.
    pub fn reset_when_written(&mut self) {
        if self.stream.take().is_some() {
            self.note("socket closed with unread input");
        }
    }

    /// Resets the connection (RST).
    pub fn reset(&mut self) {
        if let Some(stream) = self.stream.take() {
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            self.note("connection reset");
        }
    }

    // --- output --------------------------------------------------------------------------------

    /// Writes bytes as they are. A library that has gone is no fault of the script.
    pub fn raw(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        let mut cut = false;
        if let Some(left) = &mut self.cut_after {
            cut = bytes.len() >= *left;
            bytes = &bytes[..bytes.len().min(*left)];
            *left -= bytes.len();
        }
        let segment = self.segment.unwrap_or(bytes.len()).max(1);
        if let Some(stream) = &mut self.stream {
            stream
                .set_write_timeout(Some(LIMIT))
                .expect("a write limit");
            for part in bytes.chunks(segment) {
                if let Err(error) = stream.write_all(part) {
                    self.record.note(format_args!("write: {error}"));
                    break;
                }
            }
        }
        if cut {
            self.cut_after = None;
            self.reset();
        }
    }

    /// Writes bytes and shows them in the transcript.
    pub fn raw_noted(&mut self, bytes: &[u8]) {
        self.note(format_args!(
            "<- raw {:02x?}",
            &bytes[..bytes.len().min(60)]
        ));
        self.raw(bytes);
    }

    // --- input ---------------------------------------------------------------------------------

    fn fill(&mut self, deadline: Instant) -> Input {
        let Some(stream) = &mut self.stream else {
            return Input::Ended;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Input::Nothing;
        }
        stream.set_read_timeout(Some(left)).expect("a read limit");
        let mut chunk = [0; 65536];
        match stream.read(&mut chunk) {
            Ok(0) => {
                self.note("end of the library's stream");
                Input::Ended
            }
            Ok(count) => {
                self.input.extend_from_slice(&chunk[..count]);
                Input::Bytes
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Input::Nothing
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Input::Bytes,
            Err(error) => {
                self.note(format_args!("read: {error}"));
                Input::Ended
            }
        }
    }

    /// Takes exactly the next `count` bytes.
    #[track_caller]
    pub fn expect_bytes(&mut self, count: usize) -> Vec<u8> {
        let deadline = Instant::now() + LIMIT;
        while self.input.len() < count {
            match self.fill(deadline) {
                Input::Bytes => {}
                Input::Ended => self.fail(format_args!("end of stream before {count} bytes")),
                Input::Nothing => self.fail(format_args!("{count} bytes do not come")),
            }
        }
        self.input.split_to(count).to_vec()
    }

    /// Takes a protocol header.
    #[track_caller]
    pub fn expect_header(&mut self, header: [u8; 8]) {
        let got = self.expect_bytes(8);
        self.note(format_args!("-> header {got:02x?}"));
        if got != header {
            self.fail(format_args!("header {got:02x?}, expected {header:02x?}"));
        }
    }

    /// The next frame; empty ones are counted. `None`: nothing came in time, or the stream ended.
    pub fn next_within(&mut self, limit: Duration) -> Option<Arrival> {
        if !self.waiting.is_empty() {
            return Some(self.waiting.remove(0));
        }
        let deadline = Instant::now() + limit;
        loop {
            match FrameDecoder::new(1 << 24).next_raw(&mut self.input) {
                Err(error) => self.fail(format_args!("what came is no frame: {error}")),
                Ok(Some(raw)) if raw.body.is_empty() => {
                    self.note("-> empty frame");
                    self.heartbeats.add();
                }
                Ok(Some(raw)) => return Some(self.take(&raw)),
                Ok(None) => match self.fill(deadline) {
                    Input::Bytes => {}
                    Input::Ended | Input::Nothing => return None,
                },
            }
        }
    }

    fn take(&mut self, raw: &RawFrame) -> Arrival {
        let frame = match raw.decode() {
            Ok(frame) => frame,
            Err(error) => self.fail(format_args!("undecodable frame {:02x?}: {error}", raw.body)),
        };
        let performative = frame.performative.expect("not empty");
        let size = raw.body.len() + FRAME_HEADER;
        self.record
            .frame("->", frame.channel, &performative, frame.payload.len());
        let subject = match self
            .book
            .arrive(frame.channel, &performative, &frame.payload, size)
        {
            Ok(subject) => subject,
            Err(reason) if self.strict => self.fail(format_args!("violation: {reason}")),
            Err(reason) => {
                self.note(format_args!("violation: {reason}"));
                Default::default()
            }
        };
        Arrival {
            channel: frame.channel,
            performative,
            payload: frame.payload,
            size,
            session: subject.session,
            link: subject.link,
            complete: subject.complete,
        }
    }

    /// Gives a frame back; it is the next one again.
    pub fn give_back(&mut self, arrival: Arrival) {
        self.waiting.insert(0, arrival);
    }

    /// The very next frame.
    #[track_caller]
    pub fn expect_frame(&mut self) -> Arrival {
        match self.next_within(LIMIT) {
            Some(arrival) => arrival,
            None => self.fail("a frame is expected and does not come"),
        }
    }

    /// Nothing but empty frames may come for a while, for cases in which the absence of an event is
    /// the point.
    #[track_caller]
    pub fn expect_silence(&mut self, span: Duration) {
        if let Some(arrival) = self.next_within(span) {
            self.fail(format_args!(
                "{} although nothing is due",
                arrival.performative.name()
            ));
        }
    }

    /// The library ends the connection, without another frame.
    #[track_caller]
    pub fn expect_end_of_stream(&mut self) {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(arrival) = self.next_within(Duration::from_millis(1)) {
                self.fail(format_args!(
                    "{} instead of the end",
                    arrival.performative.name()
                ));
            }
            match self.fill(deadline) {
                Input::Bytes => {}
                Input::Ended => return,
                Input::Nothing => self.fail("the library does not end the connection"),
            }
        }
    }

    /// Reads and throws away until the library ends the connection.
    #[track_caller]
    pub fn drain_stream(&mut self) {
        let deadline = Instant::now() + LIMIT;
        loop {
            match self.fill(deadline) {
                Input::Bytes => self.input.clear(),
                Input::Ended => return,
                Input::Nothing => self.fail("the library does not end the connection"),
            }
        }
    }

    /// Has a frame begun that is not whole yet?
    pub fn half_a_frame(&self) -> bool {
        !self.input.is_empty()
    }

    /// Has the library's stream ended, with nothing left in it?
    pub(super) fn ended_within(&mut self, limit: Duration) -> bool {
        matches!(self.fill(Instant::now() + limit), Input::Ended)
    }
}
