//! The patterns of LIKE: `%` stands for any characters, `_` for exactly one, behind the escape character for themselves.
//!
//! A pattern is cut at its `%` when it is compiled. What lies between is looked for from left to right, each at its first
//! place: there is no going back, so a match costs time in proportion to the text, whatever the pattern.

/// Most characters between two `%` when there is a `_` among them: each place of the text may cost so many steps.
pub(super) const MAX_PART: usize = 256;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    first: Part,
    /// What follows each `%`; the last of them ends the text
    rest: Box<[Part]>,
}

/// What stands between two `%`.
#[derive(Debug)]
enum Part {
    Text(Box<str>),
    /// `None` is any one character
    Mixed(Box<[Option<char>]>),
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn new(pattern: &str, escape: Option<char>) -> Result<Pattern, &'static str> {
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            match c {
                _ if Some(c) == escape => match chars.next() {
                    Some(escaped) => part.push(Some(escaped)),
                    None => return Err("a LIKE pattern that ends with its escape character"),
                },
                '%' => parts.push(Part::new(std::mem::take(&mut part))),
                '_' => part.push(None),
                _ => part.push(Some(c)),
            }
        }
        parts.push(Part::new(part));
        let first = parts.remove(0);
        let rest: Box<[Part]> = parts.into();
        let middle = rest.len().saturating_sub(1);
        if rest[..middle].iter().any(Part::is_costly) {
            return Err("more than 256 characters, a _ among them, between two %");
        }
        Ok(Pattern { first, rest })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(mut text) = self.first.strip_start(text) else {
            return false;
        };
        let Some((last, middle)) = self.rest.split_last() else {
            return text.is_empty();
        };
        for part in middle {
            match part.find(text) {
                Some(behind) => text = behind,
                None => return false,
            }
        }
        last.ends(text)
    }
}

impl Part {
    fn new(part: Vec<Option<char>>) -> Part {
        match part.iter().copied().collect::<Option<String>>() {
            Some(text) => Part::Text(text.into()),
            None => Part::Mixed(part.into()),
        }
    }

    fn is_costly(&self) -> bool {
        matches!(self, Part::Mixed(part) if part.len() > MAX_PART)
    }

    /// What follows this part at the start of the text.
    fn strip_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Part::Text(part) => text.strip_prefix(&**part),
            Part::Mixed(part) => {
                let mut chars = text.chars();
                let same = part
                    .iter()
                    .all(|want| chars.next().is_some_and(|c| want.is_none_or(|w| w == c)));
                same.then_some(chars.as_str())
            }
        }
    }

    /// What follows this part at its first place in the text.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Part::Text(part) => text.find(&**part).map(|at| &text[at + part.len()..]),
            Part::Mixed(_) => {
                let mut places = text.char_indices().map(|(at, _)| &text[at..]);
                places.find_map(|rest| self.strip_start(rest))
            }
        }
    }

    fn ends(&self, text: &str) -> bool {
        match self {
            Part::Text(part) => text.ends_with(&**part),
            Part::Mixed(part) => {
                let mut chars = text.chars().rev();
                part.iter()
                    .rev()
                    .all(|want| chars.next().is_some_and(|c| want.is_none_or(|w| w == c)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn like(text: &str, pattern: &str) -> bool {
        Pattern::new(pattern, Some('\\')).unwrap().matches(text)
    }

    #[test]
    fn patterns() {
        for (text, pattern, expected) in [
            ("", "", true),
            ("", "%", true),
            ("", "%%", true),
            ("", "_", false),
            ("a", "_", true),
            ("ab", "_", false),
            ("abc", "a%c", true),
            ("ac", "a%c", true),
            ("a", "a%a", false),
            ("aa", "a%a", true),
            ("abcabd", "%ab_", true),
            ("abcabd", "%ab_%", true),
            ("xaybzc", "%a_b%c", true),
            ("xabzc", "%a_b%c", false),
            ("aXbaYc", "a_b%a_c", true),
            ("grün", "gr_n", true),
            ("\u{1F600}", "_", true),
            ("a\nb", "a%b", true),
            ("a\nb", "a_b", true),
            ("a%b", "a\\%b", true),
            ("axb", "a\\%b", false),
            ("a_b", "a\\_b", true),
            ("axb", "a\\_b", false),
            ("a\\b", "a\\\\b", true),
            ("ab", "a\\b", true),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} LIKE {pattern}");
        }
        assert!(Pattern::new("a\\", Some('\\')).is_err());
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let text = "a".repeat(200_000);
        for pattern in [
            "%a%a%a%a%a%a%a%a%a%b".to_owned(),
            "%a_a%".repeat(1000) + "b",
            format!("%{}_b%", "a".repeat(MAX_PART - 2)),
            format!("%{}b%", "a".repeat(60_000)),
            "%_".repeat(30_000) + "b",
        ] {
            assert!(!like(&text, &pattern));
        }
        let long = format!("%{}_%", "a".repeat(MAX_PART));
        assert!(Pattern::new(&long, None).is_err());
        assert!(like(&text, &long[1..long.len()]));
    }

    /// What LIKE means, without thought for time.
    fn slowly(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|at| slowly(&text[at..], rest)),
            [want, rest @ ..] => {
                text.first().is_some_and(|c| *want == '_' || want == c) && slowly(&text[1..], rest)
            }
        }
    }

    proptest! {
        #[test]
        fn as_the_meaning_says(text in "[ab\u{e9}]{0,10}", pattern in "[ab\u{e9}_%]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = slowly(&chars(&text), &chars(&pattern));
            prop_assert_eq!(like(&text, &pattern), expected);
        }
    }
}
