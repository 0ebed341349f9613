//! SASL, the server's side: ANONYMOUS and PLAIN (spec 40 §1.4).

use crate::wire::Output;
use tibemsufo::amqp::performative::{
    Performative, SaslChallenge, SaslInit, SaslMechanisms, SaslOutcome,
};

/// The one user that may connect.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// What came of a SASL frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another frame is due
    Waiting,
    Passed,
    Refused,
}

/// Starts the exchange. With a login only PLAIN is offered.
pub fn offer(login: Option<&Login>, out: &mut Output) {
    let mut mechanisms = vec!["PLAIN".to_owned()];
    if login.is_none() {
        mechanisms.push("ANONYMOUS".to_owned());
    }
    let offer = SaslMechanisms {
        sasl_server_mechanisms: mechanisms,
    };
    out.frame(0, offer);
}

/// Handles a frame of the client.
pub fn handle(frame: &Performative, login: Option<&Login>, out: &mut Output) -> Progress {
    let passed = match frame {
        Performative::SaslInit(SaslInit {
            mechanism,
            initial_response,
            ..
        }) => match (mechanism.as_str(), initial_response) {
            ("ANONYMOUS", _) => login.is_none(),
            ("PLAIN", Some(response)) => is_plain(response, login),
            ("PLAIN", None) => {
                out.frame(0, SaslChallenge::default());
                return Progress::Waiting;
            }
            _ => false,
        },
        Performative::SaslResponse(response) => is_plain(&response.response, login),
        _ => false,
    };
    let outcome = SaslOutcome {
        code: u8::from(!passed),
        additional_data: None,
    };
    out.frame(0, outcome);
    match passed {
        true => Progress::Passed,
        false => Progress::Refused,
    }
}

/// Is it a PLAIN response, of the right user where there is one?
fn is_plain(response: &[u8], login: Option<&Login>) -> bool {
    let parts: Vec<&[u8]> = response.split(|byte| *byte == 0).collect();
    let [_, user, password] = parts[..] else {
        return false;
    };
    login.is_none_or(|login| user == login.user.as_bytes() && password == login.password.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_the_user() {
        let login = Login {
            user: "u".into(),
            password: "p".into(),
        };
        assert!(is_plain(b"\0u\0p", Some(&login)));
        assert!(is_plain(b"z\0u\0p", Some(&login)));
        assert!(!is_plain(b"\0u\0q", Some(&login)));
        assert!(!is_plain(b"u\0p", Some(&login)));
        assert!(is_plain(b"\0anybody\0", None));
    }
}
