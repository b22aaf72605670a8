//! What can go wrong.

use twin_core::{Said, said};

/// Why no picture was made, or why a file of history could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The size asked for.
    #[error(
        "a picture of {width} x {height} px cannot be drawn: ask for {least_width} x {least_height} to {most} x {most} px"
    )]
    Size {
        /// Asked for.
        width: u32,
        /// Asked for.
        height: u32,
        /// Smallest width.
        least_width: u32,
        /// Smallest height for the number of panes.
        least_height: u32,
        /// Largest edge.
        most: u32,
    },
    /// The time range asked for.
    #[error("the picture ends before it begins, or spans more than 200 years: give a later end")]
    Range,
    /// The bundled font is damaged.
    #[error(
        "the bundled font `{0}` cannot be read: the program was built from damaged assets, install it again"
    )]
    Font(&'static str),
    /// Drawing failed.
    #[error("drawing the trend failed: {0}")]
    Draw(String),
    /// Encoding failed.
    #[error("encoding the picture as PNG failed: {0}")]
    Encode(String),
    /// Writing a file of history failed.
    #[error("writing failed ({0}): check that the disk has free space")]
    Write(String),
    /// Reading a file of history failed.
    #[error("reading failed ({0}): check that the file can still be reached")]
    Read(String),
    /// The columns of a file do not say what a sample is.
    #[error("{0}")]
    Header(Said),
    /// A line is too long to be one: mostly a quote without its end.
    #[error(
        "from line {line} on there are more than {most} bytes without an end of the line: a quote may have no end there"
    )]
    LongLine {
        /// Where it begins.
        line: u64,
        /// The limit.
        most: usize,
    },
    /// A Parquet file contradicts itself.
    #[error("the file is damaged ({0}): get it again from where it came")]
    Damaged(String),
}

impl Error {
    /// What a person reads: its text, with the id of the catalogue. What the system or a library says stays in its own
    /// words.
    pub fn said(&self) -> Said {
        match self {
            Error::Size {
                width,
                height,
                least_width,
                least_height,
                most,
            } => said!(
                "table-size",
                "a picture of {width} x {height} px cannot be drawn: ask for {least_width} x {least_height} to {most} x \
                 {most} px",
                width = width.to_string(),
                height = height.to_string(),
                least_width = least_width.to_string(),
                least_height = least_height.to_string(),
                most = most.to_string()
            ),
            Error::Range => said!(
                "table-range",
                "the picture ends before it begins, or spans more than 200 years: give a later end"
            ),
            Error::Font(name) => said!(
                "table-font",
                "the bundled font `{name}` cannot be read: the program was built from damaged assets, install it again",
                name = *name
            ),
            Error::Draw(why) => said!(
                "table-draw",
                "drawing the trend failed: {why}",
                why = why.as_str()
            ),
            Error::Encode(why) => said!(
                "table-encode",
                "encoding the picture as PNG failed: {why}",
                why = why.as_str()
            ),
            Error::Write(why) => said!(
                "table-write",
                "writing failed ({why}): check that the disk has free space",
                why = why.as_str()
            ),
            Error::Read(why) => said!(
                "table-read",
                "reading failed ({why}): check that the file can still be reached",
                why = why.as_str()
            ),
            Error::Header(why) => why.clone(),
            Error::LongLine { line, most } => said!(
                "table-long-line",
                "from line {line} on there are more than {most} bytes without an end of the line: a quote may have no \
                 end there",
                line = *line,
                most = *most
            ),
            Error::Damaged(why) => said!(
                "table-damaged",
                "the file is damaged ({why}): get it again from where it came",
                why = why.as_str()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_told_what_the_log_has() {
        let why = || "why".to_owned();
        let errors = [
            Error::Size {
                width: 1,
                height: 2,
                least_width: 3,
                least_height: 4,
                most: 5_000,
            },
            Error::Range,
            Error::Font("Inter"),
            Error::Draw(why()),
            Error::Encode(why()),
            Error::Write(why()),
            Error::Read(why()),
            Error::Header(said!("table-empty", "the file is empty")),
            Error::LongLine {
                line: 7,
                most: 1_048_576,
            },
            Error::Damaged(why()),
        ];
        for error in errors {
            let said = error.said();
            assert_eq!(said.to_string(), error.to_string());
            assert!(said.sentences[0].id.starts_with("table-"), "{said:?}");
        }
    }
}
