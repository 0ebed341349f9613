//! devbroker: an AMQP 1.0 server for development and tests, all in memory.
//!
//! It is built on the codec of the library, but its sessions and links are its own, so that it is a
//! second opinion about the protocol. This file reads the command line and starts the server.

mod attach;
mod broker;
mod connection;
mod flow;
mod handshake;
mod incoming;
mod link;
mod management;
mod message;
mod outgoing;
mod queue;
mod sasl;
mod server;
mod session;
mod slab;
mod topic;
mod transaction;
mod wire;

use broker::{Broker, Rules};
use connection::Options;
use link::Settings;
use sasl::Login;
use socket2::{Domain, Socket, Type};
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const HELP: &str = "\
devbroker - AMQP 1.0 server for development and tests

usage: devbroker [options]

  --host HOST         address to listen on (default 127.0.0.1)
  --port PORT         port to listen on (default 7222, 0 = any free one)
  --user USER         only this user may connect, with SASL PLAIN
  --password PASSWORD the user's password (default empty)
  --idle MS           a client that is silent for so long is dropped (default 60000, 0 = never)
  --credit N          messages that a producer may send ahead (default 1000)
  --window N          frames that a session may send ahead (default 5000)
  --max-frame BYTES   largest frame that is taken (default 262144)
  --queue-limit N     messages of one queue; more are rejected (default no limit)
  --memory-limit MB   bytes of all messages; more are rejected (default 2048)
  --only NAMES        the queues and topics that exist, with commas; no other is made by naming it
  --deny NAMES        queues and topics that nobody may send to, with commas
  --max-deliveries N  a queue's message that failed so often, or was rejected, goes to the queue DLQ
                      (default: failed ones come again for ever, rejected ones are dropped)
  --no-relay          take messages only on links to their destination (no ANONYMOUS-RELAY)
  --trace             print every frame to standard error
  --help              print this text

It is meant for development and tests only: everything is kept in memory and is gone when it ends,
persistent messages too. Queues and topics come into being when they are used (but see --only).
There are no users' rights and no TLS. As on Apache Artemis the queue activemq.management takes
the question for the names of all nodes (_AMQ_ResourceName=broker, _AMQ_Attribute=AddressNames).
When it is ready it prints one line: devbroker: listening on ADDRESS:PORT
";

struct Arguments {
    host: String,
    port: u16,
    rules: Rules,
    options: Options,
}

/// Reads the command line; `None` asks for the help text.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let (mut user, mut password) = (None, None);
    let mut found = Arguments {
        host: "127.0.0.1".into(),
        port: 7222,
        rules: Rules::default(),
        options: Options {
            login: None,
            idle: Duration::from_secs(60),
            max_frame: 262_144,
            trace: false,
            settings: Settings {
                credit: 1000,
                window: 5000,
            },
        },
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--trace" => {
                found.options.trace = true;
                continue;
            }
            "--no-relay" => {
                found.rules.relay = false;
                continue;
            }
            _ => {}
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.clone(), words.next()),
        };
        let value = value.ok_or_else(|| format!("{name} needs a value"))?;
        let number = |least: u64, most: u64| match value.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("{name} takes a number from {least} to {most}")),
        };
        let names = || value.split(',').map(str::to_owned).collect();
        let thirty_one_bits = i32::MAX as u64;
        match name.as_str() {
            "--host" => found.host = value,
            "--port" => found.port = number(0, 65_535)? as u16,
            "--user" => user = Some(value),
            "--password" => password = Some(value),
            "--idle" => found.options.idle = Duration::from_millis(number(0, thirty_one_bits)?),
            "--credit" => found.options.settings.credit = number(1, thirty_one_bits)? as u32,
            "--window" => found.options.settings.window = number(1, thirty_one_bits)? as u32,
            "--max-frame" => found.options.max_frame = number(512, 1 << 24)? as u32,
            "--max-deliveries" => {
                found.rules.max_deliveries = Some(number(1, thirty_one_bits)? as u32)
            }
            "--queue-limit" => found.rules.queue_limit = Some(number(0, u64::MAX)? as usize),
            "--memory-limit" => found.rules.memory_limit = (number(0, 1 << 24)? as usize) << 20,
            "--only" => found.rules.only = Some(names()),
            "--deny" => found.rules.deny = names(),
            _ => return Err(format!("unknown option {word}")),
        }
    }
    found.options.login = match (user, password) {
        (Some(user), password) => Some(Login {
            user,
            password: password.unwrap_or_default(),
        }),
        (None, Some(_)) => return Err("--password needs --user".into()),
        (None, None) => None,
    };
    Ok(Some(found))
}

/// A listener that can be opened again at once after its predecessor was killed.
fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let address: SocketAddr = (host, port)
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::other("no address"))?;
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

fn serve(arguments: Arguments) -> io::Result<()> {
    let listener = listen(&arguments.host, arguments.port)?;
    let address = listener.local_addr()?;
    let start = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let broker = Broker::new(start, arguments.rules);
    let mut server = server::Server::new(listener, arguments.options, broker)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "devbroker: listening on {address}")?;
    stdout.flush()?;
    server.run()
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Some(arguments)) => match serve(arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("devbroker: {error}");
                ExitCode::FAILURE
            }
        },
        Err(text) => {
            eprintln!("devbroker: {text} (--help explains the options)");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Result<Option<Arguments>, String> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_command_line_is_read() {
        let found = words("--port 0 --user=u --password p --idle 500 --trace");
        let found = found.unwrap().unwrap();
        assert_eq!(found.port, 0);
        assert!(found.options.trace);
        assert_eq!(found.options.idle, Duration::from_millis(500));
        assert_eq!(found.options.login.unwrap().password, "p");
        assert!(words("--help").unwrap().is_none());
        for bad in [
            "--port",
            "--port 70000",
            "--password p",
            "--nonsense 1",
            "x",
        ] {
            assert!(words(bad).is_err(), "{bad}");
        }
    }
}
