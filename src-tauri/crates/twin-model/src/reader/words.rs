//! Sentences about faulty values.

use std::ops::RangeInclusive;

use twin_core::{Said, said};

pub(super) fn a_text() -> Said {
    said!("plantfile-text", "text in quotes")
}

pub(super) fn a_table() -> Said {
    said!("plantfile-table", "a table")
}

/// A time that is no time to wait.
pub(super) fn out_of_time(seconds: f64, may_be_zero: bool) -> Said {
    match may_be_zero {
        true => said!(
            "plantfile-seconds",
            "is {seconds} s, but must be 0 or more and at most 100 years",
            seconds = seconds.to_string()
        ),
        false => said!(
            "plantfile-seconds-above",
            "is {seconds} s, but must be more than 0 and at most 100 years",
            seconds = seconds.to_string()
        ),
    }
}

pub(super) fn between(number: i64, range: RangeInclusive<i64>) -> Said {
    said!(
        "plantfile-between",
        "is {number}, but must lie between {least} and {most}",
        number = number.to_string(),
        least = range.start().to_string(),
        most = range.end().to_string()
    )
}

pub(super) fn two_numbers() -> Said {
    said!(
        "plantfile-point",
        "must be two numbers, such as [0.4, 0.25]"
    )
}

/// A key that nobody asked for.
pub(super) fn unknown(name: &str, asked: &[&str]) -> Said {
    if name.contains("password") {
        return said!(
            "plantfile-password",
            "a password never stands in the plant file; remove it and enter it in the application"
        );
    }
    let mut known = asked.to_vec();
    known.sort_unstable();
    known.dedup();
    said!(
        "plantfile-unknown",
        "is not known here; known are {known}",
        known = known.join(", ")
    )
}
