//! Numbers as text and back, in the forms that Java readers of the same message see (spec 30 §4.3). Pure functions.

/// The shortest decimal form that reads back equal, written as Java does: always with a fraction, whose first digit is
/// the best one (`4.9E-324`), `d.dddE10` below 1e-3 and from 1e7 on, `NaN`, `Infinity`.
pub fn double_text(value: f64) -> String {
    java_form(
        value.is_nan(),
        value.is_infinite(),
        value.is_sign_negative(),
        || shortest(value.abs()),
    )
}

/// As [`double_text`], with the shortest digits for single precision.
pub fn float_text(value: f32) -> String {
    java_form(
        value.is_nan(),
        value.is_infinite(),
        value.is_sign_negative(),
        || shortest(value.abs()),
    )
}

/// `d.ddde-10`. Where one digit would do, the second, which is written anyway, makes it more precise.
fn shortest(value: impl std::fmt::LowerExp) -> String {
    let digits = format!("{value:e}");
    if digits.contains('.') {
        return digits;
    }
    let two = format!("{value:.1e}");
    if two.contains(".0e") { digits } else { two }
}

/// `digits` gives the absolute value as `d.ddde-10`.
fn java_form(nan: bool, infinite: bool, negative: bool, digits: impl Fn() -> String) -> String {
    if nan {
        return "NaN".to_owned();
    }
    let sign = if negative { "-" } else { "" };
    if infinite {
        return format!("{sign}Infinity");
    }
    let shortest = digits();
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all == "0" {
        return format!("{sign}0.0");
    }
    if !(-3..7).contains(&exponent) {
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        return format!("{sign}{whole}.{fraction}E{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{all}");
    }
    let point = exponent as usize + 1;
    if all.len() <= point {
        let zeros = "0".repeat(point - all.len());
        return format!("{sign}{all}{zeros}.0");
    }
    format!("{sign}{}.{}", &all[..point], &all[point..])
}

/// A whole number: optional sign, ASCII digits, nothing else, in range of the target.
pub fn parse_integer<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A floating-point number: blanks around it are ignored, decimal or exponent notation, optional sign, `NaN`,
/// `Infinity`; overflow gives infinity.
pub fn parse_float<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust also reads "inf" and "nan" in any case, which are no numbers here
    let legal = matches!(unsigned, "NaN" | "Infinity")
        || unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if legal { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_doubles_like_java() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (100.0, "100.0"),
            (123.456, "123.456"),
            (0.001, "0.001"),
            (0.0009999, "9.999E-4"),
            (9999999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (12345678.9, "1.23456789E7"),
            (1e10, "1.0E10"),
            (-1.5e-300, "-1.5E-300"),
            (2e-3, "0.002"),
            (2e23, "2.0E23"),
            (4.9e-324, "4.9E-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(float_text(1e10), "1.0E10");
        assert_eq!(float_text(0.1), "0.1");
        assert_eq!(float_text(123.0), "123.0");
        assert_eq!(float_text(f32::from_bits(1)), "1.4E-45");
        assert_eq!(float_text(f32::from_bits(2)), "2.8E-45");
    }

    #[test]
    fn reads_only_whole_numbers_in_range() {
        assert_eq!(parse_integer::<i8>(b"127"), Some(127));
        assert_eq!(parse_integer::<i8>(b"-128"), Some(-128));
        assert_eq!(parse_integer::<i32>(b"+5"), Some(5));
        for bad in [
            &b"128"[..],
            b"-129",
            b" 5",
            b"5 ",
            b"",
            b"+",
            b"-",
            b"0x10",
            b"1.0",
            b"\xD9\xA3",
        ] {
            assert_eq!(parse_integer::<i8>(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_floats_as_java_does() {
        assert_eq!(parse_float::<f64>(b" 1.5 "), Some(1.5));
        assert_eq!(parse_float::<f64>(b"1e400"), Some(f64::INFINITY));
        assert_eq!(parse_float::<f64>(b"-1e400"), Some(f64::NEG_INFINITY));
        assert_eq!(parse_float::<f64>(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(parse_float::<f64>(b"+.5E1"), Some(5.0));
        assert_eq!(parse_float::<f64>(b"5."), Some(5.0));
        assert!(parse_float::<f64>(b"NaN").is_some_and(f64::is_nan));
        for bad in [
            &b"abc"[..],
            b"",
            b" ",
            b"inf",
            b"nan",
            b"infinity",
            b"INFINITY",
            b".",
            b"1e",
            b"--1",
            b"1 2",
        ] {
            assert!(parse_float::<f64>(bad).is_none(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            let back: f64 = parse_float(double_text(value).as_bytes()).unwrap();
            prop_assert!(back.to_bits() == bits || value.is_nan());
        }

        #[test]
        fn every_float_reads_back(bits: u32) {
            let value = f32::from_bits(bits);
            let back: f32 = parse_float(float_text(value).as_bytes()).unwrap();
            prop_assert!(back.to_bits() == bits || value.is_nan());
        }
    }
}
