//! How many messages may come to a consumer in advance where the options fix it: by the name of its destination (D34,
//! spec 20 §4.3).
//!
//! Pure. `orders.>:1,jobs.*:0,5`: patterns in the wildcards of destination names, the first that fits counts, and a number
//! for the rest. Without that number the rest adapts.

use super::profile::check_name;
use crate::message::Destination;

/// The list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrefetchList {
    patterns: Vec<(String, u32)>,
    rest: Option<u32>,
}

impl PrefetchList {
    /// Reads the value of an option; an error says what is wrong with which part of it.
    pub fn parse(text: &str) -> Result<PrefetchList, String> {
        let mut list = PrefetchList::default();
        let mut parts = text.split(',').peekable();
        while let Some(part) = parts.next() {
            // a name may have colons
            let (pattern, number) = match part.rsplit_once(':') {
                Some((pattern, number)) => (Some(pattern), number),
                None => (None, part),
            };
            let Ok(number) = number.parse() else {
                return Err(format!("\"{part}\" has no number"));
            };
            let Some(pattern) = pattern else {
                if parts.peek().is_some() {
                    return Err(format!(
                        "\"{part}\", the number for the rest, is not the last"
                    ));
                }
                list.rest = Some(number);
                break;
            };
            if let Err(why) = check_name(&Destination::topic(pattern), true) {
                return Err(format!("\"{part}\": {why}"));
            }
            list.patterns.push((pattern.to_owned(), number));
        }
        Ok(list)
    }

    /// The number for a destination; none: it adapts.
    pub fn of(&self, name: &str) -> Option<u32> {
        let fits = |(pattern, _): &&(String, u32)| fits(pattern, name);
        let found = self.patterns.iter().find(fits);
        found.map(|(_, number)| *number).or(self.rest)
    }
}

/// Whether a name is one of those that a pattern means: `*` is one element, a final `>` one or more.
fn fits(pattern: &str, name: &str) -> bool {
    let (mut patterns, mut elements) = (pattern.split('.'), name.split('.'));
    loop {
        match (patterns.next(), elements.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_fits_counts_and_then_the_rest() {
        let list = PrefetchList::parse("orders.>:1,orders.big:9,jobs.*:0,a:b:3,5").unwrap();
        for (name, expected) in [
            ("orders.big", 1),
            ("orders.big.new", 1),
            ("orders", 5),
            ("jobs.x", 0),
            ("jobs.x.y", 5),
            ("jobs", 5),
            ("a:b", 3),
            ("other", 5),
        ] {
            assert_eq!(list.of(name), Some(expected), "{name}");
        }
        let adapts = PrefetchList::parse(">:2").unwrap();
        assert_eq!(adapts.of("x.y"), Some(2));
        assert_eq!(PrefetchList::parse("x:2").unwrap().of("y"), None);
        assert_eq!(PrefetchList::parse("7").unwrap().of("y"), Some(7));
        assert_eq!(PrefetchList::default().of("y"), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("", "\"\""),
            ("many", "\"many\""),
            ("a:1,b", "\"b\""),
            ("5,a:1", "\"5\""),
            ("a:1,,5", "\"\""),
            ("a:-1", "\"a:-1\""),
            ("a..b:1", "\"a..b:1\""),
            ("a.>.b:1,3", "\"a.>.b:1\""),
            ("a>:1", "\"a>:1\""),
            (":1", "\":1\""),
        ] {
            let error = PrefetchList::parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
