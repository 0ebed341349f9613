//! The words of a selector: names, literals, operators. Nothing here allocates but an error's text.

use std::borrow::Cow;

use crate::status::{Error, Status};

/// What is wrong with a selector, and where.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    /// Bytes before the token
    at: usize,
    /// Bytes of the token
    len: usize,
    what: Cow<'static, str>,
}

/// Characters of a token that an error text shows.
const SHOWN: usize = 30;

impl Wrong {
    /// The error for the program: it names the place and the token in `text`.
    pub(super) fn error(self, text: &str) -> Error {
        let place = text[..self.at].chars().count() + 1;
        let token = &text[self.at..self.at + self.len];
        let text = match token.char_indices().nth(SHOWN) {
            _ if token.is_empty() => format!("invalid selector: {} at its end", self.what),
            Some((cut, _)) => format!(
                "invalid selector: {} at character {place}: {}...",
                self.what,
                &token[..cut]
            ),
            None => format!(
                "invalid selector: {} at character {place}: {token}",
                self.what
            ),
        };
        Error::new(Status::TIBEMS_INVALID_SELECTOR, text)
    }
}

/// The reserved words, which may be written in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Null,
    True,
    False,
    Not,
    And,
    Or,
    Between,
    Like,
    In,
    Is,
    Escape,
}

pub(super) const WORDS: [(&str, Word); 11] = [
    ("NULL", Word::Null),
    ("TRUE", Word::True),
    ("FALSE", Word::False),
    ("NOT", Word::Not),
    ("AND", Word::And),
    ("OR", Word::Or),
    ("BETWEEN", Word::Between),
    ("LIKE", Word::Like),
    ("IN", Word::In),
    ("IS", Word::Is),
    ("ESCAPE", Word::Escape),
];

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Only these two compare texts and booleans.
    pub(super) fn is_equality(self) -> bool {
        matches!(self, Comparison::Equal | Comparison::NotEqual)
    }
}

/// The arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Word(Word),
    Name(&'a str),
    /// At most 2^63, which only a minus sign makes a number in range
    Exact(u64),
    Approximate(f64),
    /// Without its quotes; a quote inside is still doubled
    Text(&'a str),
    Compare(Comparison),
    Arithmetic(Arithmetic),
    Open,
    Close,
    Comma,
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) token: Token<'a>,
    at: usize,
    len: usize,
}

impl Found<'_> {
    /// Where it begins, and its length, in bytes.
    pub(super) fn span(&self) -> (usize, usize) {
        (self.at, self.len)
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        self.at + self.len
    }

    /// Says that this token is wrong.
    pub(super) fn wrong(&self, what: impl Into<Cow<'static, str>>) -> Wrong {
        Wrong {
            at: self.at,
            len: self.len,
            what: what.into(),
        }
    }
}

/// Cuts a selector into its tokens.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    /// The next token; `End` for ever behind the last.
    pub(super) fn next(&mut self) -> Result<Found<'a>, Wrong> {
        let rest = self.text[self.at..].trim_start_matches(is_blank);
        self.at = self.text.len() - rest.len();
        let mut chars = rest.chars();
        let first = chars.next().unwrap_or_default();
        let second = chars.next().unwrap_or_default();
        let (token, len) = match first {
            _ if rest.is_empty() => (Token::End, 0),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '+' => (Token::Arithmetic(Arithmetic::Add), 1),
            '-' => (Token::Arithmetic(Arithmetic::Subtract), 1),
            '*' => (Token::Arithmetic(Arithmetic::Multiply), 1),
            '/' => (Token::Arithmetic(Arithmetic::Divide), 1),
            '=' => (Token::Compare(Comparison::Equal), 1),
            '<' if second == '>' => (Token::Compare(Comparison::NotEqual), 2),
            '<' if second == '=' => (Token::Compare(Comparison::LessOrEqual), 2),
            '<' => (Token::Compare(Comparison::Less), 1),
            '>' if second == '=' => (Token::Compare(Comparison::GreaterOrEqual), 2),
            '>' => (Token::Compare(Comparison::Greater), 1),
            '\'' => self.quoted(rest)?,
            '0'..='9' => self.number(rest)?,
            '.' if second.is_ascii_digit() => self.number(rest)?,
            _ if starts_name(first) => name(rest),
            _ => return Err(self.wrong(first.len_utf8(), "unexpected character")),
        };
        let at = self.at;
        self.at += len;
        Ok(Found { token, at, len })
    }

    fn wrong(&self, len: usize, what: &'static str) -> Wrong {
        Wrong {
            at: self.at,
            len,
            what: what.into(),
        }
    }

    /// A text in single quotes; two of them stand for one.
    fn quoted(&self, rest: &'a str) -> Result<(Token<'a>, usize), Wrong> {
        let mut end = 1;
        loop {
            match rest[end..].find('\'') {
                None => return Err(self.wrong(rest.len(), "a text without its closing quote")),
                Some(at) if rest[end + at + 1..].starts_with('\'') => end += at + 2,
                Some(at) => {
                    end += at;
                    return Ok((Token::Text(&rest[1..end]), end + 1));
                }
            }
        }
    }

    /// A number as Java writes it: decimal, octal, hexadecimal with or without `L`, or with point, exponent, `d`, `f`.
    fn number(&self, rest: &'a str) -> Result<(Token<'a>, usize), Wrong> {
        let bytes = rest.as_bytes();
        let hexadecimal = matches!(bytes, [b'0', b'x' | b'X', ..]);
        let mut end = 0;
        while let Some(byte) = bytes.get(end) {
            let exponent = matches!(byte, b'+' | b'-')
                && !hexadecimal
                && end > 0
                && matches!(bytes[end - 1], b'e' | b'E');
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$') || exponent) {
                break;
            }
            end += 1;
        }
        // "7AND": a reserved word needs no blank before it
        let digits = WORDS.iter().find_map(|(word, _)| {
            let at = end.checked_sub(word.len())?;
            rest[at..end].eq_ignore_ascii_case(word).then_some(at)
        });
        let end = digits.unwrap_or(end);
        match read_number(&rest[..end]) {
            Ok(token) => Ok((token, end)),
            Err(what) => Err(self.wrong(end, what)),
        }
    }
}

const NO_NUMBER: &str = "not a number";
const TOO_LARGE: &str = "a number out of range";

fn read_number(text: &str) -> Result<Token<'static>, &'static str> {
    let whole = text.strip_suffix(['l', 'L']);
    let digits = whole.unwrap_or(text);
    let hexadecimal = digits.strip_prefix("0x");
    if let Some(digits) = hexadecimal.or_else(|| digits.strip_prefix("0X")) {
        return read_whole(digits, 16, i64::MAX as u64);
    }
    let single = text.strip_suffix(['f', 'F']);
    let double = text.strip_suffix(['d', 'D']);
    let plain = single.or(double).unwrap_or(text);
    if plain.len() < text.len() || plain.contains(['.', 'e', 'E']) {
        let value = match single {
            Some(text) => text.parse::<f32>().ok().map(f64::from),
            None => plain.parse::<f64>().ok(),
        };
        let mantissa = plain.split(['e', 'E']).next().unwrap_or("");
        let nonzero = mantissa.contains(|digit: char| matches!(digit, '1'..='9'));
        return match value {
            None => Err(NO_NUMBER),
            Some(value) if value.is_infinite() || value == 0.0 && nonzero => Err(TOO_LARGE),
            Some(value) => Ok(Token::Approximate(value)),
        };
    }
    match digits.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => read_whole(octal, 8, i64::MAX as u64),
        _ => read_whole(digits, 10, i64::MIN.unsigned_abs()),
    }
}

fn read_whole(digits: &str, radix: u32, most: u64) -> Result<Token<'static>, &'static str> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(NO_NUMBER);
    }
    match u64::from_str_radix(digits, radix) {
        Ok(value) if value <= most => Ok(Token::Exact(value)),
        _ => Err(TOO_LARGE),
    }
}

/// A reserved word or a name, which begins as `rest` does.
fn name(rest: &str) -> (Token<'_>, usize) {
    let len = rest
        .find(|c| !(starts_name(c) || c.is_alphanumeric() || is_mark(c)))
        .unwrap_or(rest.len());
    let name = &rest[..len];
    let word = WORDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(name));
    (
        word.map_or(Token::Name(name), |(_, word)| Token::Word(*word)),
        len,
    )
}

/// Blanks, as Java has them.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0C' | '\n' | '\r')
}

/// Java's identifiers begin with a letter, a currency sign or a connecting punctuation mark.
fn starts_name(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '_' | '$' | '\u{A2}'..='\u{A5}' | '\u{20A0}'..='\u{20CF}' | '\u{203F}' | '\u{2040}')
}

/// Combining marks, which may follow.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}
