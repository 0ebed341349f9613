//! A compiled selector: operations of a small stack machine, and their meaning. No recursion; nothing is allocated for a
//! message unless an expression nests deeper than most.
//!
//! Unknown, the third truth value, is the null operand. What has no value is null too: a whole number beyond 64 bits, a
//! division of whole numbers by zero, a comparison of unlike types, arithmetic on what is no number.

use std::cmp::Ordering;

use super::lexer::{Arithmetic, Comparison};
use super::like::Pattern;
use super::{Header, Identifiers, Operand};

/// An operation. Those with operands take them off the stack and put their result there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Bool(bool),
    Exact(i64),
    Approximate(f64),
    /// Text of this number
    Text(u32),
    Header(Header),
    /// Property of the text of this number
    Property(u32),
    Negate,
    Arithmetic(Arithmetic),
    Compare(Comparison),
    Between,
    IsNull,
    /// Is it one of the texts of the list of this number?
    In(u32),
    /// Is it like the pattern of this number?
    Like(u32),
    /// What is no boolean is unknown
    Condition,
    Not,
    And,
    Or,
    /// Goes on behind so many operations if the topmost operand, which stays, is this
    SkipIf(bool, u32),
}

impl Op {
    /// By how much the stack grows.
    fn growth(self) -> isize {
        match self {
            Op::Bool(_) | Op::Exact(_) | Op::Approximate(_) | Op::Text(_) => 1,
            Op::Header(_) | Op::Property(_) => 1,
            Op::Arithmetic(_) | Op::Compare(_) | Op::And | Op::Or => -1,
            Op::Between => -2,
            _ => 0,
        }
    }
}

/// Operands that need no allocation.
const INLINE: usize = 16;

/// The operations with what they refer to.
#[derive(Debug, Default)]
pub(super) struct Program {
    ops: Vec<Op>,
    texts: Vec<Box<str>>,
    lists: Vec<Box<[Box<str>]>>,
    patterns: Vec<Pattern>,
    height: usize,
    most: usize,
}

impl Program {
    pub(super) fn push(&mut self, op: Op) {
        self.height = self.height.saturating_add_signed(op.growth());
        self.most = self.most.max(self.height);
        self.ops.push(op);
    }

    /// Turns the sign of the topmost operand.
    pub(super) fn negate(&mut self) {
        match self.ops.last_mut() {
            Some(Op::Exact(value)) if *value != i64::MIN => *value = -*value,
            Some(Op::Approximate(value)) => *value = -*value,
            _ => self.push(Op::Negate),
        }
    }

    pub(super) fn push_text(&mut self, text: String, op: fn(u32) -> Op) {
        self.texts.push(text.into());
        self.push(op(self.texts.len() as u32 - 1));
    }

    /// The texts need no order.
    pub(super) fn push_in(&mut self, mut texts: Vec<Box<str>>) {
        texts.sort_unstable();
        texts.dedup();
        self.lists.push(texts.into());
        self.push(Op::In(self.lists.len() as u32 - 1));
    }

    pub(super) fn push_like(&mut self, pattern: Pattern) {
        self.patterns.push(pattern);
        self.push(Op::Like(self.patterns.len() as u32 - 1));
    }

    /// Leaves out what follows, up to [`Program::land`], if the topmost operand is `decided`.
    pub(super) fn skip_if(&mut self, decided: bool) -> usize {
        self.push(Op::SkipIf(decided, 0));
        self.ops.len() - 1
    }

    /// The skip at this place ends behind the next operation, `op`.
    pub(super) fn land(&mut self, skip: usize, op: Op) {
        self.push(op);
        let distance = self.ops.len() - skip - 1;
        if let Some(Op::SkipIf(_, to)) = self.ops.get_mut(skip) {
            *to = distance as u32;
        }
    }

    pub(super) fn shrink(&mut self) {
        self.ops.shrink_to_fit();
        self.texts.shrink_to_fit();
    }

    /// The operand that is left.
    pub(super) fn run<'a>(&'a self, message: &'a dyn Identifiers) -> Operand<'a> {
        if self.most <= INLINE {
            self.run_on(&mut [Operand::Null; INLINE], message)
        } else {
            self.run_on(&mut vec![Operand::Null; self.most], message)
        }
    }

    fn run_on<'a>(
        &'a self,
        stack: &mut [Operand<'a>],
        message: &'a dyn Identifiers,
    ) -> Operand<'a> {
        let mut stack = Stack { stack, height: 0 };
        let mut at = 0;
        while let Some(op) = self.ops.get(at) {
            at += 1;
            let result = match *op {
                Op::Bool(value) => Operand::Bool(value),
                Op::Exact(value) => Operand::Exact(value),
                Op::Approximate(value) => Operand::Approximate(value),
                Op::Text(number) => Operand::Text(self.text(number)),
                Op::Header(header) => message.header(header),
                Op::Property(number) => message.property(self.text(number)),
                Op::Negate => negate(stack.pop()),
                Op::Arithmetic(operator) => {
                    let right = stack.pop();
                    arithmetic(operator, stack.pop(), right)
                }
                Op::Compare(operator) => {
                    let right = stack.pop();
                    compare(operator, stack.pop(), right)
                }
                Op::Between => {
                    let (high, low, value) = (stack.pop(), stack.pop(), stack.pop());
                    and(
                        compare(Comparison::GreaterOrEqual, value, low),
                        compare(Comparison::LessOrEqual, value, high),
                    )
                }
                Op::IsNull => Operand::Bool(matches!(stack.pop(), Operand::Null)),
                Op::In(number) => self.is_in(stack.pop(), number),
                Op::Like(number) => self.is_like(stack.pop(), number),
                Op::Condition => condition(stack.pop()),
                Op::Not => not(stack.pop()),
                Op::And => {
                    let right = stack.pop();
                    and(stack.pop(), right)
                }
                Op::Or => {
                    let right = stack.pop();
                    not(and(not(stack.pop()), not(right)))
                }
                Op::SkipIf(decided, distance) => {
                    let top = stack.pop();
                    if matches!(top, Operand::Bool(value) if value == decided) {
                        at += distance as usize;
                    }
                    top
                }
            };
            stack.push(result);
        }
        stack.pop()
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    fn is_in(&self, value: Operand<'_>, number: u32) -> Operand<'static> {
        let list = self.lists.get(number as usize);
        match (value, list) {
            (Operand::Text(text), Some(list)) => {
                let found = list.binary_search_by(|one| (**one).cmp(text));
                Operand::Bool(found.is_ok())
            }
            _ => Operand::Null,
        }
    }

    fn is_like(&self, value: Operand<'_>, number: u32) -> Operand<'static> {
        match (value, self.patterns.get(number as usize)) {
            (Operand::Text(text), Some(pattern)) => Operand::Bool(pattern.matches(text)),
            _ => Operand::Null,
        }
    }
}

/// The operands of one run.
struct Stack<'s, 'a> {
    stack: &'s mut [Operand<'a>],
    height: usize,
}

impl<'a> Stack<'_, 'a> {
    fn push(&mut self, operand: Operand<'a>) {
        if let Some(place) = self.stack.get_mut(self.height) {
            *place = operand;
            self.height += 1;
        }
    }

    fn pop(&mut self) -> Operand<'a> {
        self.height = self.height.saturating_sub(1);
        self.stack.get(self.height).copied().unwrap_or_default()
    }
}

fn condition(value: Operand<'_>) -> Operand<'_> {
    match value {
        Operand::Bool(_) => value,
        _ => Operand::Null,
    }
}

fn not(value: Operand<'_>) -> Operand<'static> {
    match value {
        Operand::Bool(value) => Operand::Bool(!value),
        _ => Operand::Null,
    }
}

/// One false decides, whatever the other is.
fn and(left: Operand<'_>, right: Operand<'_>) -> Operand<'static> {
    match (left, right) {
        (Operand::Bool(false), _) | (_, Operand::Bool(false)) => Operand::Bool(false),
        (Operand::Bool(true), Operand::Bool(true)) => Operand::Bool(true),
        _ => Operand::Null,
    }
}

fn negate(value: Operand<'_>) -> Operand<'static> {
    match value {
        Operand::Exact(value) => exact(value.checked_neg()),
        Operand::Approximate(value) => Operand::Approximate(-value),
        _ => Operand::Null,
    }
}

fn exact(value: Option<i64>) -> Operand<'static> {
    value.map_or(Operand::Null, Operand::Exact)
}

/// Whole numbers stay whole; with an approximate one the result is approximate.
fn arithmetic(operator: Arithmetic, left: Operand<'_>, right: Operand<'_>) -> Operand<'static> {
    if let (Operand::Exact(left), Operand::Exact(right)) = (left, right) {
        return exact(match operator {
            Arithmetic::Add => left.checked_add(right),
            Arithmetic::Subtract => left.checked_sub(right),
            Arithmetic::Multiply => left.checked_mul(right),
            Arithmetic::Divide => left.checked_div(right),
        });
    }
    let (Some(left), Some(right)) = (approximate(left), approximate(right)) else {
        return Operand::Null;
    };
    Operand::Approximate(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
    })
}

fn approximate(value: Operand<'_>) -> Option<f64> {
    match value {
        Operand::Exact(value) => Some(value as f64),
        Operand::Approximate(value) => Some(value),
        _ => None,
    }
}

fn compare(operator: Comparison, left: Operand<'_>, right: Operand<'_>) -> Operand<'static> {
    let order = match (left, right) {
        (Operand::Exact(left), Operand::Exact(right)) => Some(left.cmp(&right)),
        (Operand::Approximate(left), Operand::Approximate(right)) => left.partial_cmp(&right),
        (Operand::Exact(left), Operand::Approximate(right)) => exactly(left, right),
        (Operand::Approximate(left), Operand::Exact(right)) => {
            exactly(right, left).map(Ordering::reverse)
        }
        (Operand::Text(left), Operand::Text(right)) if operator.is_equality() => {
            Some(left.cmp(right))
        }
        (Operand::Bool(left), Operand::Bool(right)) if operator.is_equality() => {
            Some(left.cmp(&right))
        }
        _ => return Operand::Null,
    };
    // no order: one is not a number, which equals nothing and has no place among the others
    Operand::Bool(match operator {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    })
}

/// Compares without rounding the whole number to the nearest approximate one.
fn exactly(whole: i64, other: f64) -> Option<Ordering> {
    /// 2^63: the first above every whole number; its negative is the lowest of them.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if other.is_nan() {
        None
    } else if other >= BEYOND {
        Some(Ordering::Less)
    } else if other < -BEYOND {
        Some(Ordering::Greater)
    } else {
        let part = other.trunc();
        let rest = part.partial_cmp(&other)?;
        Some(whole.cmp(&(part as i64)).then(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_values() {
        const U: Operand<'static> = Operand::Null;
        const T: Operand<'static> = Operand::Bool(true);
        const F: Operand<'static> = Operand::Bool(false);
        let table = [
            (T, T, T),
            (T, F, F),
            (T, U, U),
            (F, T, F),
            (F, F, F),
            (F, U, F),
            (U, T, U),
            (U, F, F),
            (U, U, U),
        ];
        for (left, right, expected) in table {
            assert_eq!(and(left, right), expected, "{left:?} AND {right:?}");
            // De Morgan
            let or = not(and(not(left), not(right)));
            let expected = match (left, right) {
                (T, _) | (_, T) => T,
                (F, F) => F,
                _ => U,
            };
            assert_eq!(or, expected, "{left:?} OR {right:?}");
        }
        assert_eq!((not(T), not(F), not(U)), (F, T, U));
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        let most = i64::MAX;
        for (whole, other, expected) in [
            (most, most as f64, Some(Ordering::Less)),
            (i64::MIN, i64::MIN as f64, Some(Ordering::Equal)),
            (i64::MIN, f64::NEG_INFINITY, Some(Ordering::Greater)),
            (most, f64::INFINITY, Some(Ordering::Less)),
            ((1 << 53) + 1, (1i64 << 53) as f64, Some(Ordering::Greater)),
            (1, 1.5, Some(Ordering::Less)),
            (2, 1.5, Some(Ordering::Greater)),
            (-1, -1.5, Some(Ordering::Greater)),
            (-2, -1.5, Some(Ordering::Less)),
            (0, -0.0, Some(Ordering::Equal)),
            (0, f64::NAN, None),
        ] {
            assert_eq!(exactly(whole, other), expected, "{whole} and {other}");
        }
    }
}
