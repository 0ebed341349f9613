//! The server: one thread that polls the listener and all connections.
//!
//! A turn of the loop reads every readable socket and handles all frames, then moves messages from
//! the queues to the consumers, then writes to each socket once. So there are no locks, and frames
//! are written in batches. Only `poll` blocks.

use crate::broker::Broker;
use crate::connection::{Connection, Now, Options};
use crate::slab::{Key, Slab};
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Bytes of one read.
const CHUNK: usize = 256 * 1024;
/// Most connections.
const MAX_CONNECTIONS: usize = 10_000;
/// Pause of accepting when the machine has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub struct Server {
    listener: TcpListener,
    options: Rc<Options>,
    broker: Broker,
    connections: Slab<Connection>,
    accept_after: Option<Instant>,
}

fn clock() -> Now {
    let epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Now {
        at: Instant::now(),
        epoch: epoch.as_millis() as i64,
    }
}

impl Server {
    /// Serves a bound listener.
    pub fn new(listener: TcpListener, options: Options, broker: Broker) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Server {
            listener,
            options: Rc::new(options),
            broker,
            connections: Slab::new(),
            accept_after: None,
        })
    }

    /// Runs until the process is ended; returns only when polling fails.
    pub fn run(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        let mut wake = None;
        loop {
            let (keys, fds) = self.wait(wake)?;
            let now = clock();
            if fds[0].revents != 0 {
                self.accept(now);
            }
            for (key, fd) in keys.iter().zip(&fds[1..]) {
                let ready = fd.revents & !libc::POLLOUT != 0;
                if let Some(connection) = self.connections.get_mut(*key).filter(|_| ready) {
                    connection.read(&mut chunk, &mut self.broker, now);
                }
            }
            wake = self.turn(now);
        }
    }

    /// Waits for a socket or for `wake`.
    fn wait(&self, wake: Option<Instant>) -> io::Result<(Vec<Key>, Vec<libc::pollfd>)> {
        let entry = |fd, events| libc::pollfd {
            fd,
            events,
            revents: 0,
        };
        let mut keys = Vec::with_capacity(self.connections.len());
        let mut fds = Vec::with_capacity(self.connections.len() + 1);
        let accepts = self.accept_after.is_none() && self.connections.len() < MAX_CONNECTIONS;
        let listener = if accepts {
            self.listener.as_raw_fd()
        } else {
            -1
        };
        fds.push(entry(listener, libc::POLLIN));
        for (key, connection) in self.connections.iter() {
            let mut events = 0;
            if connection.wants_read() {
                events |= libc::POLLIN;
            }
            if connection.wants_write() {
                events |= libc::POLLOUT;
            }
            keys.push(key);
            fds.push(entry(connection.stream().as_raw_fd(), events));
        }
        let timeout = match wake {
            None => -1,
            Some(wake) => {
                let left = wake.saturating_duration_since(Instant::now());
                let ms = left.as_micros().div_ceil(1000);
                libc::c_int::try_from(ms).unwrap_or(libc::c_int::MAX)
            }
        };
        // SAFETY: the pointer and the length are those of a live vector of pollfd entries.
        let count = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout) };
        if count < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
            fds.iter_mut().for_each(|fd| fd.revents = 0);
        }
        Ok((keys, fds))
    }

    fn accept(&mut self, now: Now) {
        while self.connections.len() < MAX_CONNECTIONS {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    let ready = stream
                        .set_nonblocking(true)
                        .and_then(|()| stream.set_nodelay(true));
                    if ready.is_ok() {
                        let options = self.options.clone();
                        self.connections
                            .insert_with(|key| Connection::new(key, stream, options, now));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(_) => {
                    self.accept_after = Some(now.at + ACCEPT_PAUSE);
                    return;
                }
            }
        }
    }

    /// Everything of a turn but the reading; gives the time of the next turn.
    fn turn(&mut self, now: Now) -> Option<Instant> {
        let mut wake: Option<Instant> = None;
        let mut consider = |at: Instant| wake = Some(wake.map_or(at, |wake| wake.min(at)));
        if self.accept_after.is_some_and(|at| at <= now.at) {
            self.accept_after = None;
        }
        self.accept_after.into_iter().for_each(&mut consider);
        if let Some(next) = self.broker.release_delayed(now.epoch) {
            let wait = u64::try_from(next - now.epoch).unwrap_or(0);
            // a far time is looked at again in between
            consider(now.at + Duration::from_millis(wait.min(60_000)));
        }
        let keys = self.connections.keys();
        for key in &keys {
            let connection = self.connections.get_mut(*key);
            connection
                .and_then(|connection| connection.tick(&mut self.broker, now))
                .into_iter()
                .for_each(&mut consider);
        }
        // what a write made possible is done at once
        loop {
            self.pump(now);
            for key in &keys {
                if let Some(connection) = self.connections.get_mut(*key) {
                    connection.flush(&mut self.broker, now);
                    if connection.is_gone() {
                        self.connections.remove(*key);
                    }
                }
            }
            if !self.broker.is_dirty() {
                return wake;
            }
        }
    }

    /// Moves messages from queues to consumers, and does what connections cause on each other.
    fn pump(&mut self, now: Now) {
        let (broker, connections) = (&mut self.broker, &mut self.connections);
        loop {
            while let Some((link, error)) = broker.detaches.pop() {
                if let Some(connection) = connections.get_mut(link.connection) {
                    connection.detach(link, error, broker, now);
                }
            }
            while let Some(key) = broker.next_dirty() {
                let Some(queue) = broker.queues.get_mut(key) else {
                    continue;
                };
                while let Some((link, entry, copy)) = queue.next(now.epoch, |link| {
                    connections
                        .get(link.connection)
                        .is_some_and(|connection| connection.is_able(link))
                }) {
                    if connections
                        .get_mut(link.connection)
                        .is_some_and(|connection| connection.deliver(link, key, entry, copy))
                    {
                        queue.forget();
                    }
                }
            }
            if broker.detaches.is_empty() {
                break;
            }
        }
        let draining = std::mem::take(&mut broker.draining);
        for link in draining {
            let finished = connections
                .get_mut(link.connection)
                .is_none_or(|connection| connection.finish_drain(link, broker, now));
            if !finished && !broker.draining.contains(&link) {
                broker.draining.push(link);
            }
        }
    }
}
