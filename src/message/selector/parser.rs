//! Parses a selector into operations: operator precedence with stacks of its own instead of recursion, so that no text
//! overflows the stack of the program's thread.
//!
//! From loose to tight: OR, AND, NOT, comparisons with BETWEEN, IN, LIKE and IS NULL (of which each condition has one),
//! `+ -`, `* /`, signs. What literals and operators alone show to be of the wrong type is refused here.

use super::Header;
use super::lexer::{Arithmetic, Comparison, Found, Lexer, Token, Word, Wrong};
use super::like::Pattern;
use super::program::{Op, Program};
use super::wire::{Mark, Marks};

/// Most parentheses inside each other.
pub(super) const MAX_NESTING: usize = 1000;

const NO_ORDER: &str = "a text or boolean compared with something else than = or <>";

/// What an operand may be, as far as the text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of any type
    Identifier,
    Number,
    Text,
    /// TRUE, FALSE, or a condition in parentheses
    Boolean,
    /// A condition without parentheses, which nothing but AND, OR and NOT may join
    Condition,
}

/// An operand that was read, and its first token.
#[derive(Clone, Copy)]
struct Read<'a> {
    kind: Kind,
    at: Found<'a>,
}

impl Read<'_> {
    /// Is it the header JMSDeliveryMode?
    fn is_mode(&self) -> bool {
        self.at.token == Token::Name("JMSDeliveryMode")
    }
}

/// An operator that waits for its right operand.
#[derive(Clone, Copy)]
enum Pending {
    Group,
    Or {
        skip: usize,
    },
    And {
        skip: usize,
    },
    Not,
    Compare(Comparison),
    /// `AND` and the upper limit are still to come
    BetweenLow {
        negated: bool,
    },
    BetweenHigh {
        negated: bool,
    },
    Arithmetic(Arithmetic),
    Sign {
        negative: bool,
    },
}

impl Pending {
    /// How tightly it binds.
    fn rank(self) -> u8 {
        match self {
            Pending::Group => 0,
            Pending::Or { .. } => 1,
            Pending::And { .. } => 2,
            Pending::Not => 3,
            Pending::Compare(_) | Pending::BetweenLow { .. } | Pending::BetweenHigh { .. } => 4,
            Pending::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => 5,
            Pending::Arithmetic(_) => 6,
            Pending::Sign { .. } => 7,
        }
    }
}

/// Compiles a selector that is not blank; with it go the places that a server may need in another form.
pub(super) fn compile(text: &str) -> Result<(Program, Marks), Wrong> {
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser {
        lexer,
        token,
        program: Program::default(),
        reads: Vec::new(),
        pending: Vec::new(),
        groups: Vec::new(),
        marks: Marks::new(),
        last: 0,
        behind: 0,
    };
    loop {
        parser.operand()?;
        if parser.operator()? {
            parser.program.shrink();
            parser
                .marks
                .sort_unstable_by_key(|(at, len, _)| (*at, *len));
            return Ok((parser.program, parser.marks));
        }
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The next one
    token: Found<'a>,
    program: Program,
    reads: Vec<Read<'a>>,
    pending: Vec<(Pending, Found<'a>)>,
    /// Parentheses that are open
    groups: Vec<Found<'a>>,
    marks: Marks,
    /// Where the token read last ends, and the one before it
    last: usize,
    behind: usize,
}

type Parsed<T> = Result<T, Wrong>;

impl<'a> Parser<'a> {
    fn advance(&mut self) -> Parsed<Found<'a>> {
        let next = self.lexer.next()?;
        let found = std::mem::replace(&mut self.token, next);
        self.behind = std::mem::replace(&mut self.last, found.end());
        Ok(found)
    }

    fn skip_word(&mut self, word: Word) -> Parsed<bool> {
        let here = self.token.token == Token::Word(word);
        if here {
            self.advance()?;
        }
        Ok(here)
    }

    fn wait(&mut self, pending: Pending, at: Found<'a>) {
        self.pending.push((pending, at));
    }

    // Where an operand is expected

    /// Reads an operand and what stands before it.
    fn operand(&mut self) -> Parsed<()> {
        loop {
            let found = self.advance()?;
            let kind = match found.token {
                Token::Open => {
                    if self.groups.len() == MAX_NESTING {
                        return Err(found.wrong("more than 1000 parentheses inside each other"));
                    }
                    self.groups.push(found);
                    self.wait(Pending::Group, found);
                    continue;
                }
                Token::Arithmetic(Arithmetic::Add) => {
                    self.wait(Pending::Sign { negative: false }, found);
                    continue;
                }
                Token::Arithmetic(Arithmetic::Subtract) => {
                    // the only number whose amount is out of range without its sign
                    if self.token.token != Token::Exact(i64::MIN.unsigned_abs()) {
                        self.wait(Pending::Sign { negative: true }, found);
                        continue;
                    }
                    self.advance()?;
                    self.program.push(Op::Exact(i64::MIN));
                    Kind::Number
                }
                Token::Word(Word::Not) => {
                    if self.pending.last().is_some_and(|(last, _)| last.rank() > 3) {
                        return Err(found.wrong("NOT where a value is expected"));
                    }
                    self.wait(Pending::Not, found);
                    continue;
                }
                Token::Exact(value) => {
                    let value =
                        i64::try_from(value).map_err(|_| found.wrong("a number out of range"))?;
                    self.program.push(Op::Exact(value));
                    Kind::Number
                }
                Token::Approximate(value) => {
                    self.program.push(Op::Approximate(value));
                    Kind::Number
                }
                Token::Text(text) => {
                    self.program.push_text(unquoted(text), Op::Text);
                    Kind::Text
                }
                Token::Word(word @ (Word::True | Word::False)) => {
                    self.program.push(Op::Bool(word == Word::True));
                    Kind::Boolean
                }
                Token::Name(name) => {
                    self.identifier(name, found)?;
                    Kind::Identifier
                }
                _ => return Err(found.wrong("a value is missing")),
            };
            self.reads.push(Read { kind, at: found });
            return Ok(());
        }
    }

    fn identifier(&mut self, name: &str, found: Found<'a>) -> Parsed<()> {
        match Header::named(name) {
            Ok(Some(header)) => {
                self.mark(found, Mark::Header(header));
                self.program.push(Op::Header(header));
            }
            Ok(None) => self.program.push_text(name.to_owned(), Op::Property),
            Err(what) => return Err(found.wrong(what)),
        }
        Ok(())
    }

    fn mark(&mut self, found: Found<'a>, mark: Mark) {
        let (at, len) = found.span();
        self.marks.push((at, len, mark));
    }

    // Where an operator is expected

    /// Reads up to an operator that wants another operand (false), or to the end (true).
    fn operator(&mut self) -> Parsed<bool> {
        loop {
            let found = self.advance()?;
            match found.token {
                Token::Arithmetic(operator) => {
                    let pending = Pending::Arithmetic(operator);
                    self.reduce(pending.rank())?;
                    self.wait(pending, found);
                    return Ok(false);
                }
                Token::Compare(operator) => {
                    let left = self.left(&found)?;
                    if !operator.is_equality() && matches!(left.kind, Kind::Text | Kind::Boolean) {
                        return Err(left.at.wrong(NO_ORDER));
                    }
                    self.wait(Pending::Compare(operator), found);
                    return Ok(false);
                }
                Token::Word(Word::Is) => {
                    self.named(&found)?;
                    let negated = self.skip_word(Word::Not)?;
                    if !self.skip_word(Word::Null)? {
                        return Err(self.token.wrong("NULL is missing behind IS"));
                    }
                    self.program.push(Op::IsNull);
                    self.test_read(negated);
                }
                Token::Word(Word::Not) => {
                    let found = self.advance()?;
                    if self.test(found, true)? {
                        return Ok(false);
                    }
                }
                Token::Word(Word::Between | Word::In | Word::Like) => {
                    if self.test(found, false)? {
                        return Ok(false);
                    }
                }
                Token::Word(Word::And) => {
                    self.reduce(5)?;
                    if let Some((Pending::BetweenLow { negated }, _)) = self.pending.last().copied()
                    {
                        self.pending.pop();
                        self.wait(Pending::BetweenHigh { negated }, found);
                        return Ok(false);
                    }
                    self.reduce(2)?;
                    self.condition()?;
                    let skip = self.program.skip_if(false);
                    self.wait(Pending::And { skip }, found);
                    return Ok(false);
                }
                Token::Word(Word::Or) => {
                    self.reduce(1)?;
                    self.condition()?;
                    let skip = self.program.skip_if(true);
                    self.wait(Pending::Or { skip }, found);
                    return Ok(false);
                }
                Token::Close => {
                    self.reduce(1)?;
                    self.pending.pop();
                    let Some(open) = self.groups.pop() else {
                        return Err(found.wrong("a parenthesis that was not opened"));
                    };
                    if let Some(read) = self.reads.last_mut() {
                        read.at = open;
                        if read.kind == Kind::Condition {
                            read.kind = Kind::Boolean;
                        }
                    }
                }
                Token::End => {
                    self.reduce(1)?;
                    if let Some(open) = self.groups.last() {
                        return Err(open.wrong("a parenthesis that is not closed"));
                    }
                    self.condition()?;
                    return Ok(true);
                }
                _ => return Err(found.wrong("an operator is missing")),
            }
        }
    }

    /// `[NOT] BETWEEN`, `IN`, `LIKE`; true when operands follow.
    fn test(&mut self, found: Found<'a>, negated: bool) -> Parsed<bool> {
        match found.token {
            Token::Word(Word::Between) => {
                let left = self.left(&found)?;
                number(left)?;
                self.wait(Pending::BetweenLow { negated }, found);
                return Ok(true);
            }
            Token::Word(Word::In) => {
                let mode = self.named(&found)?.is_mode();
                let texts = self.list(mode)?;
                self.program.push_in(texts);
            }
            Token::Word(Word::Like) => {
                self.named(&found)?;
                let pattern = self.pattern()?;
                self.program.push_like(pattern);
            }
            _ => return Err(found.wrong("BETWEEN, IN or LIKE is missing behind NOT")),
        }
        self.test_read(negated);
        Ok(false)
    }

    /// The operand just read has become a condition.
    fn test_read(&mut self, negated: bool) {
        if negated {
            self.program.push(Op::Not);
        }
        if let Some(read) = self.reads.last_mut() {
            read.kind = Kind::Condition;
        }
    }

    /// The left operand of a comparison, which cannot be one itself.
    fn left(&mut self, operator: &Found<'a>) -> Parsed<Read<'a>> {
        self.reduce(5)?;
        let joined = self
            .pending
            .last()
            .is_some_and(|(last, _)| last.rank() == 4);
        match self.reads.last() {
            Some(read) if !joined && read.kind != Kind::Condition => Ok(*read),
            _ => Err(operator.wrong("a comparison of a comparison without parentheses")),
        }
    }

    /// The left operand of IS NULL, IN and LIKE, which must be an identifier.
    fn named(&mut self, operator: &Found<'a>) -> Parsed<Read<'a>> {
        match self.left(operator)? {
            read if read.kind == Kind::Identifier => Ok(read),
            _ => Err(operator.wrong("no identifier before the operator")),
        }
    }

    /// `('a', 'b')`; `modes`: they are delivery modes.
    fn list(&mut self, modes: bool) -> Parsed<Vec<Box<str>>> {
        let mut texts = Vec::new();
        let open = self.advance()?;
        if open.token != Token::Open {
            return Err(open.wrong("a parenthesis is missing behind IN"));
        }
        loop {
            let found = self.advance()?;
            let Token::Text(text) = found.token else {
                return Err(found.wrong("a text in quotes is missing behind IN"));
            };
            texts.push(unquoted(text).into());
            if modes {
                self.mark(found, Mark::Mode);
            }
            let found = self.advance()?;
            match found.token {
                Token::Comma => {}
                Token::Close => return Ok(texts),
                _ => return Err(found.wrong("a comma or a parenthesis is missing")),
            }
        }
    }

    /// `'pattern' [ESCAPE 'c']`
    fn pattern(&mut self) -> Parsed<Pattern> {
        let found = self.advance()?;
        let Token::Text(pattern) = found.token else {
            return Err(found.wrong("a text in quotes is missing behind LIKE"));
        };
        let mut escape = None;
        if self.skip_word(Word::Escape)? {
            let found = self.advance()?;
            let Token::Text(text) = found.token else {
                return Err(found.wrong("a text in quotes is missing behind ESCAPE"));
            };
            let text = unquoted(text);
            let mut chars = text.chars();
            escape = chars.next();
            if escape.is_none() || chars.next().is_some() {
                return Err(found.wrong("the escape character must be one character"));
            }
        }
        Pattern::new(&unquoted(pattern), escape).map_err(|what| found.wrong(what))
    }

    // Operators that have their operands

    /// Completes the operators that bind at least as tightly as `rank`.
    fn reduce(&mut self, rank: u8) -> Parsed<()> {
        while let Some((pending, at)) = self.pending.last().copied() {
            if pending.rank() < rank {
                break;
            }
            self.pending.pop();
            self.complete(pending, at)?;
        }
        Ok(())
    }

    fn complete(&mut self, pending: Pending, at: Found<'a>) -> Parsed<()> {
        match pending {
            Pending::Group => {}
            Pending::Or { skip } => {
                self.condition()?;
                self.reads.pop();
                self.program.land(skip, Op::Or);
                self.becomes(Kind::Condition);
            }
            Pending::And { skip } => {
                self.condition()?;
                self.reads.pop();
                self.program.land(skip, Op::And);
                self.becomes(Kind::Condition);
            }
            Pending::Not => {
                self.condition()?;
                self.program.push(Op::Not);
                if self
                    .reads
                    .last()
                    .is_some_and(|read| read.kind == Kind::Condition)
                {
                    self.marks.push((at.end(), 0, Mark::Open));
                    self.marks.push((self.behind, 0, Mark::Close));
                }
                // what binds as tightly as a comparison does not follow any more
                self.becomes(Kind::Boolean);
            }
            Pending::Compare(operator) => {
                let right = self.reads.pop();
                if let Some(right) = right
                    && !operator.is_equality()
                    && matches!(right.kind, Kind::Text | Kind::Boolean)
                {
                    return Err(right.at.wrong(NO_ORDER));
                }
                if let (Some(left), Some(right)) = (self.reads.last().copied(), right) {
                    if left.is_mode() {
                        self.mark(right.at, Mark::Mode);
                    } else if right.is_mode() {
                        self.mark(left.at, Mark::Mode);
                    }
                }
                self.program.push(Op::Compare(operator));
                self.becomes(Kind::Condition);
            }
            Pending::BetweenLow { .. } => return Err(at.wrong("AND is missing behind BETWEEN")),
            Pending::BetweenHigh { negated } => {
                for _ in 0..2 {
                    self.reads.pop().map_or(Ok(()), number)?;
                }
                self.program.push(Op::Between);
                self.test_read(negated);
            }
            Pending::Arithmetic(operator) => {
                self.reads.pop().map_or(Ok(()), number)?;
                self.reads.last().copied().map_or(Ok(()), number)?;
                self.program.push(Op::Arithmetic(operator));
                self.becomes(Kind::Number);
            }
            Pending::Sign { negative } => {
                self.reads.last().copied().map_or(Ok(()), number)?;
                if negative {
                    self.program.negate();
                }
                self.becomes(Kind::Number);
            }
        }
        Ok(())
    }

    fn becomes(&mut self, kind: Kind) {
        if let Some(read) = self.reads.last_mut() {
            read.kind = kind;
        }
    }

    /// The operand just read must be true, false or unknown.
    fn condition(&mut self) -> Parsed<()> {
        let Some(read) = self.reads.last() else {
            return Ok(());
        };
        match read.kind {
            Kind::Boolean | Kind::Condition => {}
            Kind::Identifier => self.program.push(Op::Condition),
            Kind::Number | Kind::Text => {
                return Err(read.at.wrong("a value where a condition is expected"));
            }
        }
        Ok(())
    }
}

/// The operand must not show that it is something else than a number.
fn number(read: Read<'_>) -> Parsed<()> {
    match read.kind {
        Kind::Identifier | Kind::Number => Ok(()),
        _ => Err(read.at.wrong("a number is expected")),
    }
}

fn unquoted(text: &str) -> String {
    text.replace("''", "'")
}
