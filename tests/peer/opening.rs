//! The verbs of a script up to `open`: SASL, the headers, `open` itself.

use super::talk::Talk;
use super::verbs::expected;
use bytes::Bytes;
use tibemsufo::amqp::frame::{HEADER_AMQP, HEADER_SASL};
use tibemsufo::amqp::performative::{
    Open, Performative, SaslChallenge, SaslInit, SaslMechanisms, SaslOutcome,
};

impl Talk {
    /// Expects a SASL header, answers it and offers mechanisms.
    #[track_caller]
    pub fn offer_sasl(&mut self, mechanisms: &[&str]) {
        self.expect_header(HEADER_SASL);
        self.raw(&HEADER_SASL);
        self.send_mechanisms(mechanisms);
    }

    /// Sends sasl-mechanisms.
    pub fn send_mechanisms(&mut self, mechanisms: &[&str]) {
        let sasl_server_mechanisms = mechanisms.iter().map(|m| (*m).to_owned()).collect();
        self.send(
            0,
            SaslMechanisms {
                sasl_server_mechanisms,
            },
        );
    }

    /// Expects sasl-init.
    #[track_caller]
    pub fn expect_sasl_init(&mut self, mechanism: &str) -> SaslInit {
        let (_, init) = expected!(self, SaslInit);
        if init.mechanism != mechanism {
            self.fail(format_args!(
                "mechanism {}, expected {mechanism}",
                init.mechanism
            ));
        }
        init
    }

    /// Takes a connection, offers this mechanism alone and expects it to be chosen.
    #[track_caller]
    pub fn accept_sasl(&mut self, mechanism: &str) -> SaslInit {
        self.accept();
        self.offer_sasl(&[mechanism]);
        self.expect_sasl_init(mechanism)
    }

    /// What follows where SASL is to succeed: its outcome, the AMQP header and `open`; returns the library's.
    #[track_caller]
    pub fn welcome(&mut self) -> Open {
        self.send_outcome(0);
        self.exchange_amqp_header();
        let open = self.expect_open();
        self.send_open(|_| {});
        open
    }

    /// Sends sasl-challenge.
    pub fn send_challenge(&mut self, challenge: &[u8]) {
        let challenge = Bytes::copy_from_slice(challenge);
        self.send(0, SaslChallenge { challenge });
    }

    /// Expects sasl-response.
    #[track_caller]
    pub fn expect_sasl_response(&mut self) -> Bytes {
        expected!(self, SaslResponse).1.response
    }

    /// Sends sasl-outcome.
    pub fn send_outcome(&mut self, code: u8) {
        self.send_outcome_with(code, None);
    }

    /// Sends sasl-outcome with additional data.
    pub fn send_outcome_with(&mut self, code: u8, data: Option<&[u8]>) {
        let additional_data = data.map(Bytes::copy_from_slice);
        self.send(
            0,
            SaslOutcome {
                code,
                additional_data,
            },
        );
    }

    /// Expects the AMQP header and answers it.
    #[track_caller]
    pub fn exchange_amqp_header(&mut self) {
        self.expect_header(HEADER_AMQP);
        self.raw(&HEADER_AMQP);
    }

    /// The whole SASL layer with ANONYMOUS, and the AMQP header.
    #[track_caller]
    pub fn accept_sasl_anonymous(&mut self) {
        self.offer_sasl(&["PLAIN", "ANONYMOUS"]);
        self.expect_sasl_init("ANONYMOUS");
        self.send_outcome(0);
        self.exchange_amqp_header();
    }

    /// Expects `open`.
    #[track_caller]
    pub fn expect_open(&mut self) -> Open {
        *expected!(self, Open).1
    }

    /// Our usual `open`.
    pub fn usual_open() -> Open {
        let capabilities = ["ANONYMOUS-RELAY", "DELAYED_DELIVERY", "SHARED-SUBS"];
        Open {
            container_id: "scripted-peer".into(),
            max_frame_size: Some(65_536),
            channel_max: Some(255),
            offered_capabilities: capabilities.map(str::to_owned).to_vec(),
            ..Open::default()
        }
    }

    /// Sends `open`, changed as wanted.
    pub fn send_open(&mut self, change: impl FnOnce(&mut Open)) {
        let mut open = Talk::usual_open();
        change(&mut open);
        self.book.open = Some(open.clone());
        self.send(0, open);
    }

    /// Books an `open` of ours that went out as raw bytes.
    pub fn assume_open(&mut self, open: Open) {
        self.book.open = Some(open);
    }

    /// Accepts a connection with everything up to `open`; returns the library's.
    #[track_caller]
    pub fn accept_open(&mut self) -> Open {
        self.accept_open_with(|_| {})
    }

    /// The same with a changed `open` of ours.
    #[track_caller]
    pub fn accept_open_with(&mut self, change: impl FnOnce(&mut Open)) -> Open {
        self.accept();
        self.accept_sasl_anonymous();
        let open = self.expect_open();
        self.send_open(change);
        open
    }
}
