//! Separated values: RFC 4180 and what devices make of it.

mod line;
mod reader;

use std::{collections::HashSet, sync::Arc};

use twin_core::{Said, said};

pub(crate) use self::reader::Separated;

/// How the lines of a payload are to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Csv {
    /// What stands in each column; empty when a header line names them, or when they have only their numbers.
    pub columns: Vec<CsvColumn>,
    /// What stands between values.
    pub separator: char,
    /// What stands before the decimals of a number: `.` or `,`.
    pub decimal: char,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum CsvColumn {
    /// When the line was true.
    Time,
    /// Nothing of interest.
    Skip,
    /// Values of this name, the last part of their address.
    Value(Arc<str>),
}

impl Default for Csv {
    fn default() -> Self {
        Csv {
            columns: vec![],
            separator: ',',
            decimal: '.',
        }
    }
}

impl Csv {
    /// What is wrong with it, in words.
    pub fn fault(&self) -> Option<Said> {
        if !matches!(self.decimal, '.' | ',') {
            return Some(said!(
                "refused-rule-decimal",
                "decimals that stand behind neither point nor comma"
            ));
        }
        if self.separator == self.decimal || matches!(self.separator, '"' | '\n' | '\r') {
            return Some(said!(
                "refused-rule-separator",
                "a separator that means something else"
            ));
        }
        let names = self.columns.iter().filter_map(|column| match column {
            CsvColumn::Value(name) => Some(&**name),
            CsvColumn::Time | CsvColumn::Skip => None,
        });
        let mut seen = HashSet::new();
        let bad = |name: &str| name.is_empty() || name.chars().any(char::is_control);
        for name in names {
            if bad(name) {
                return Some(said!("refused-rule-column-name", "a column without a name"));
            }
            if !seen.insert(name) {
                return Some(said!(
                    "refused-rule-columns-twice",
                    "two columns of one name"
                ));
            }
        }
        if !self.columns.is_empty() && seen.is_empty() {
            return Some(said!("refused-rule-no-values", "columns without values"));
        }
        None
    }
}
