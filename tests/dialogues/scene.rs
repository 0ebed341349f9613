//! What many dialogues share: a connected program, its exception listener, threads with a result.

use crate::peer::api::{self, Call, Connection, Factory, Producer, Session, Setup, Status};
use crate::peer::clock::{self, Looks};
use crate::peer::{Counter, Gate, LIMIT, Peer, assert_apart};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tibemsufo::amqp::frame::HEADER_SASL;

/// The program's connection to a peer.
#[track_caller]
pub fn connect(peer: &Peer) -> Connection {
    api::connect(&peer.url()).expect("the program connects")
}

/// A connect on a thread of its own: one try, with this timeout.
pub fn connect_within(peer: &Peer, timeout: Duration) -> Running<Call<Connection>> {
    let factory = Factory::new(&Setup {
        url: peer.url(),
        connect: Some((1, 250, timeout.as_millis() as i32)),
        ..Setup::default()
    });
    run(move || {
        let result = factory.connect();
        factory.destroy().expect("factory destroyed");
        result
    })
}

/// A peer that takes a connection and says nothing, and the gate that opens when it has read the first bytes.
pub fn silent() -> (Peer, Gate) {
    let asked = Gate::new();
    let told = asked.clone();
    let peer = Peer::script(move |p| {
        p.accept();
        p.expect_header(HEADER_SASL);
        told.open();
        p.drain_stream();
    });
    (peer, asked)
}

/// A started connection with one session.
#[track_caller]
pub fn session(peer: &Peer, mode: i32) -> (Connection, Session) {
    let connection = connect(peer);
    connection.start().expect("started");
    (connection, connection.session(mode).expect("a session"))
}

/// A producer on a session of its own.
#[track_caller]
pub fn producer_on(connection: Connection) -> Producer {
    let session = connection.session(api::AUTO).expect("a session");
    session.producer("q").expect("a producer")
}

/// Ends a dialogue: the close is OK and the script is done.
#[track_caller]
pub fn end(connection: Connection, peer: Peer) {
    connection.close().expect("the close is OK");
    peer.finish();
}

/// What the exception listener was told.
#[derive(Clone, Default)]
pub struct Exceptions {
    seen: Arc<Mutex<Vec<i32>>>,
    count: Counter,
}

impl Exceptions {
    /// Listens to a connection.
    pub fn of(connection: Connection) -> Exceptions {
        let exceptions = Exceptions::default();
        let told = exceptions.clone();
        connection.on_exception(move |status| told.add(status));
        exceptions
    }

    /// Books one call.
    pub fn add(&self, status: i32) {
        self.seen.lock().expect("unpoisoned").push(status);
        self.count.add();
    }

    /// Everything told so far.
    pub fn all(&self) -> Vec<i32> {
        self.seen.lock().expect("unpoisoned").clone()
    }

    /// Forgets everything told so far, and gives its memory back.
    pub fn clear(&self) {
        *self.seen.lock().expect("unpoisoned") = Vec::new();
    }

    /// Waits for so many calls.
    #[track_caller]
    pub fn wait(&self, count: u64) {
        self.count.wait(count);
    }

    /// Waits for one call with this status; there must be no other one.
    #[track_caller]
    pub fn expect_one(&self, status: Status) {
        self.count.wait(1);
        assert_eq!(
            self.all(),
            [status.code()],
            "calls of the exception listener"
        );
    }

    /// There was no call.
    #[track_caller]
    pub fn expect_none(&self) {
        assert_eq!(self.all(), [0; 0], "calls of the exception listener");
    }
}

/// Recovers in the exception listener, as the guide orders, and keeps the results.
pub struct Recoveries {
    pub exceptions: Exceptions,
    pub results: Arc<Mutex<Vec<Call>>>,
    pub done: Counter,
}

impl Recoveries {
    /// Recovers this connection whenever it is lost.
    pub fn of(factory: Factory, connection: Connection) -> Recoveries {
        let recoveries = Recoveries {
            exceptions: Exceptions::default(),
            results: Arc::default(),
            done: Counter::new(),
        };
        let exceptions = recoveries.exceptions.clone();
        let (results, done) = (recoveries.results.clone(), recoveries.done.clone());
        connection.on_exception(move |status| {
            exceptions.add(status);
            let result = factory.recover(connection);
            results.lock().unwrap().push(result);
            done.add();
        });
        recoveries
    }

    /// Waits for so many recoveries; all of them were OK.
    #[track_caller]
    pub fn expect_ok(&self, count: u64) {
        self.done.wait(count);
        let results = self.results.lock().unwrap().clone();
        assert_eq!(results, vec![Ok(()); count as usize]);
        let told = vec![Status::TIBEMS_SERVER_NOT_CONNECTED.code(); count as usize];
        assert_eq!(
            self.exceptions.all(),
            told,
            "calls of the exception listener"
        );
    }
}

/// A connection to a single server is lost: listener once with 11, later calls 11, close OK. The text of these calls.
#[track_caller]
pub fn expect_lost(connection: Connection, exceptions: &Exceptions) -> String {
    exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    assert!(connection.is_disconnected());
    let failure = api::expect_status(
        connection.session(api::AUTO),
        Status::TIBEMS_SERVER_NOT_CONNECTED,
    );
    connection.close().expect("the close is OK");
    exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    failure.text
}

/// A call that runs on a thread of its own.
pub struct Running<T> {
    result: Receiver<T>,
    thread: Arc<OnceLock<libc::pid_t>>,
    looks: Looks,
}

/// Starts a call on a thread of its own.
pub fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Running<T> {
    let (done, result) = channel();
    let (thread, looks) = (Arc::new(OnceLock::new()), Looks::default());
    let (told, counter) = (thread.clone(), looks.clone());
    std::thread::Builder::new()
        .name("program".into())
        .spawn(move || {
            api::keep_errors();
            // SAFETY: a plain system call.
            let _ = told.set(unsafe { libc::gettid() });
            let _ = done.send(counter.count(work));
        })
        .expect("a thread");
    Running {
        result,
        thread,
        looks,
    }
}

/// How often in a row a thread must be found in one and the same sleep to be called blocked.
const SAME_SLEEP: u32 = 8;

/// More clock readings than any wait of the library makes before it decides whether its time is over.
const DECISION: u64 = 20;

impl<T> Running<T> {
    /// The result, which must come within the limit.
    #[track_caller]
    pub fn result(self) -> T {
        let _real = clock::real();
        self.result.recv_timeout(LIMIT).expect("the call returns")
    }

    /// The result if it comes in time.
    pub fn within(&self, limit: Duration) -> Option<T> {
        let _real = clock::real();
        self.result.recv_timeout(limit).ok()
    }

    /// Has not returned; fails the test when it has.
    #[track_caller]
    fn runs(&self) {
        match self.result.try_recv() {
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => panic!("the call panicked"),
            Ok(_) => panic!("the call returned too early"),
        }
    }

    /// Waits until the call is seen to sleep in the kernel, looks 1 ms apart finding it in the same sleep. Fails
    /// when the call returns.
    #[track_caller]
    pub fn blocks(&self) {
        let mut asleep = Asleep::default();
        self.poll("the call neither blocks nor returns", || {
            let sleep = self.thread.get().and_then(|thread| sleep_of(*thread));
            asleep.deeply(vec![sleep])
        });
    }

    /// Runs a signal handler above the call, which sleeps. For tests with a process of their own.
    pub fn interrupt(&self, handler: extern "C" fn(libc::c_int)) {
        assert_apart();
        let thread = *self.thread.get().expect("a call that sleeps");
        // SAFETY: a handler of this process, for one thread of it.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            let none = std::ptr::null_mut();
            assert_eq!(libc::sigaction(libc::SIGUSR1, &action, none), 0);
            let sent = libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGUSR1);
            assert_eq!(sent, 0);
        }
    }

    /// Waits until the call has gone to sleep so often.
    #[track_caller]
    pub fn sleeps_reach(&self, count: u64) {
        self.poll("the call does not wake and sleep", || {
            let sleep = self.thread.get().and_then(|thread| sleep_of(*thread));
            sleep.is_some_and(|sleeps| sleeps >= count)
        });
    }

    /// How often the call has looked at a clock.
    pub fn looks(&self) -> u64 {
        self.looks.get()
    }

    /// Waits until the call has looked at the clock so often. Fails when it returns.
    #[track_caller]
    pub fn looks_reach(&self, count: u64) {
        self.poll("the call does not look at the clock", || {
            self.looks.get() >= count
        });
    }

    /// With the clock held (`clock::hold`): waits until the call has seen the present time and gone on waiting.
    #[track_caller]
    pub fn waits_at_this_time(&self) {
        self.looks_reach(self.looks() + DECISION);
    }

    /// Interrupts the sleep of the call, so that a wait in `poll` looks at the clock now and not when the system
    /// would wake it.
    fn nudge(&self) {
        static HANDLER: std::sync::Once = std::sync::Once::new();
        extern "C" fn nothing(_: libc::c_int) {}
        HANDLER.call_once(|| {
            // SAFETY: a handler that does nothing, without SA_RESTART, for a signal that nobody uses.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = nothing as *const () as usize;
                let none = std::ptr::null_mut();
                assert_eq!(libc::sigaction(libc::SIGURG, &action, none), 0);
            }
        });
        if let Some(thread) = self.thread.get() {
            // SAFETY: plain system calls; a thread that has ended gets nothing.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), *thread, libc::SIGURG) };
        }
    }

    /// With the clock held: the call waits in `poll`, sees the present time and goes on waiting.
    #[track_caller]
    pub fn polls_at_this_time(&self) {
        let enough = self.looks.get() + DECISION;
        self.poll("the call does not look at the clock", || {
            self.nudge();
            self.looks.get() >= enough
        });
    }

    /// With the clock held: the call waits in `poll`, sees that the time of this wait is over, and goes on.
    #[track_caller]
    pub fn polls_until(&self, gate: &Gate) {
        self.poll("the call does not go on", || {
            self.nudge();
            gate.is_open()
        });
    }

    /// With the clock held: the result of a call that waits in `poll` and whose time is over.
    #[track_caller]
    pub fn ends_at_this_time(self) -> T {
        let _real = clock::real();
        let deadline = Instant::now() + LIMIT;
        loop {
            self.nudge();
            if let Some(result) = self.within(Duration::from_millis(1)) {
                return result;
            }
            assert!(Instant::now() < deadline, "the call does not end");
        }
    }

    /// Waits until `done`; fails when the call returns.
    #[track_caller]
    pub fn poll(&self, never: &str, mut done: impl FnMut() -> bool) {
        poll(never, || {
            let over = done();
            self.runs();
            over
        });
    }
}

/// Looks every millisecond until it is true.
#[track_caller]
pub fn poll(never: &str, mut done: impl FnMut() -> bool) {
    let _real = clock::real();
    let deadline = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < deadline, "{never}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether threads are found in one and the same sleep again and again.
#[derive(Default)]
struct Asleep {
    sleeps: Vec<Option<u64>>,
    same: u32,
}

impl Asleep {
    fn deeply(&mut self, sleeps: Vec<Option<u64>>) -> bool {
        let all = !sleeps.is_empty() && sleeps.iter().all(Option::is_some);
        self.same = match all && sleeps == self.sleeps {
            true => self.same + 1,
            false => 0,
        };
        self.sleeps = sleeps;
        self.same >= SAME_SLEEP
    }
}

/// Waits until the I/O threads of this process have done their work and sleep. For tests with a process of their own:
/// those of other tests may never rest together.
#[track_caller]
pub fn io_thread_sleeps() {
    assert_apart();
    let mut asleep = Asleep::default();
    poll("the I/O thread does not rest", || {
        // looked up each time: that of an earlier connection may still be about to end
        let tasks = std::fs::read_dir("/proc/self/task").expect("procfs");
        let io = tasks.flatten().filter(|task| {
            let name = std::fs::read_to_string(task.path().join("comm"));
            name.is_ok_and(|name| name.trim() == "ems-io")
        });
        let ids = io.filter_map(|task| task.file_name().to_str()?.parse().ok());
        asleep.deeply(ids.map(sleep_of).collect())
    });
}

/// Which sleep a thread of this process is in: the count of its sleeps so far. None while it runs.
fn sleep_of(thread: libc::pid_t) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line[name.len()..].split_whitespace().next()
    };
    match field("State:") {
        Some("S") => field("voluntary_ctxt_switches:")?.parse().ok(),
        _ => None,
    }
}

/// A producer whose sends wake the I/O thread, which looks at the clock before it writes them.
pub struct Pulse {
    pub producer: Producer,
    connection: Connection,
    arrived: Counter,
    sent: u64,
}

impl Pulse {
    /// `arrived` is what the script put into `deliveries`.
    pub fn new(connection: Connection, arrived: &Counter) -> Pulse {
        let session = connection.session(api::AUTO).expect("a session");
        let producer = session.producer("pulse").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        let mut pulse = Pulse {
            producer,
            connection,
            arrived: arrived.clone(),
            sent: 0,
        };
        // it needs credit: with this the last byte of the server has been read
        pulse.send();
        pulse.arrived.wait(1);
        pulse
    }

    /// Wakes the I/O thread.
    pub fn send(&mut self) {
        self.producer.send_text("pulse").expect("sent");
        self.sent += 1;
    }

    /// Wakes the I/O thread of a connection that may be lost already, by a timer that was as quick.
    pub fn nudge(&mut self) {
        let result = self.producer.send_text("pulse");
        if let Err(failure) = result {
            let lost = Status::TIBEMS_SERVER_NOT_CONNECTED.code();
            assert_eq!(failure.status, lost, "{failure:?}");
        }
    }

    /// The server answers something; its bytes have been read when this returns.
    pub fn speak(&mut self) {
        let session = self.connection.session(api::AUTO).expect("a session");
        session.close().expect("closed");
    }

    /// Moves the clock; the I/O thread sees the new time and still writes.
    pub fn lives_after(&mut self, span: Duration) {
        io_thread_sleeps();
        clock::advance(span);
        self.lives();
    }

    /// The I/O thread sees the present time and still writes.
    pub fn lives(&mut self) {
        self.send();
        self.arrived.wait(self.sent);
    }
}

/// With the clock held: a call that waits now goes on waiting 1 ms before its limit. At the limit, which is the
/// present when this returns, it must end.
#[track_caller]
pub fn times_out<T>(call: &Running<T>, limit: u64) {
    call.blocks();
    clock::advance(Duration::from_millis(limit - 1));
    call.waits_at_this_time();
    clock::advance(Duration::from_millis(1));
}

/// The same for a call that waits in `poll`, however long its limit: the result.
#[track_caller]
pub fn ends_after<T>(call: Running<T>, limit: u64) -> T {
    call.blocks();
    clock::advance(Duration::from_millis(limit - 1));
    call.polls_at_this_time();
    clock::advance(Duration::from_millis(1));
    call.ends_at_this_time()
}

/// An unshared-state program on some peers, with one try of each at the first connect.
pub fn unshared(peers: &[&Peer]) -> (Factory, Connection) {
    let urls: Vec<String> = peers.iter().map(|peer| peer.url()).collect();
    let factory = Factory::new(&Setup {
        url: urls.join("+"),
        unshared: true,
        ..Setup::default()
    });
    let connection = factory.connect().expect("the program connects");
    (factory, connection)
}

/// A shared-state program on some peers.
pub fn shared(peers: &[&Peer]) -> Connection {
    let urls: Vec<String> = peers.iter().map(|peer| peer.url()).collect();
    api::connect(&urls.join(",")).expect("the program connects")
}

/// A peer that serves whatever comes until the gate opens, and then drops its socket.
pub fn serves_until(cut: &Gate) -> Peer {
    let go = cut.clone();
    Peer::script(move |p| {
        p.accept_open();
        p.serve_until_open(&go);
        p.drop_socket();
    })
}

/// A peer that serves one connection to its close.
pub fn serves() -> Peer {
    Peer::script(|p| {
        p.accept_open();
        p.serve_to_close();
    })
}

/// A connect that must fail.
#[track_caller]
pub fn refused(result: Call<Connection>, status: Status) -> api::Failure {
    api::expect_status(result, status)
}
