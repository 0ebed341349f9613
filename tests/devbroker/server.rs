//! The running program.

use crate::client::{Client, open};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tibemsufo::amqp::frame::HEADER_AMQP;
use tibemsufo::amqp::performative::{Open, Performative};

/// A running devbroker; ends with the value.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Server {
        Server::start_on(0, arguments)
    }

    pub fn start_on(port: u16, arguments: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_devbroker"))
            .args(["--port", &port.to_string()])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("devbroker starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (text, port) = line.trim_end().rsplit_once(':').expect("a port");
        assert_eq!(text, "devbroker: listening on 127.0.0.1");
        let port = port.parse().unwrap();
        Server { child, port }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// A client without SASL that is open.
    pub fn client(&self, container: &str) -> Client {
        self.client_with(open(container))
    }

    pub fn client_with(&self, open: Open) -> Client {
        let mut client = Client::connect(self.port);
        client.raw(&HEADER_AMQP);
        assert_eq!(client.header(), HEADER_AMQP);
        client.put(open);
        client.server = match client.next() {
            Performative::Open(open) => *open,
            other => panic!("{other:?} instead of open"),
        };
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
