//! Rows of recorded running, from CSV text.

use std::ops::Range;

use crate::Error;

/// A condition such as `speed>100`: rows that do not meet it are standby and teach nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Column.
    pub signal: String,
    /// The value must be greater than this.
    pub above: f64,
    /// Rows after a standby that are left out too: a cold bearing is no fault, and nothing in one row tells it from one.
    /// The beginning of a table counts as settled.
    pub settle_rows: usize,
}

impl Running {
    /// Reads `signal>number`; nothing is left out after a standby.
    ///
    /// # Errors
    /// [`Error::Condition`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::Condition {
            text: text.to_owned(),
        };
        let (signal, above) = text.split_once('>').ok_or_else(bad)?;
        let above: f64 = above.trim().parse().map_err(|_| bad())?;
        if signal.trim().is_empty() || !above.is_finite() {
            return Err(bad());
        }
        Ok(Running {
            signal: signal.trim().to_owned(),
            above,
            settle_rows: 0,
        })
    }
}

/// Rows of chosen columns. Rows that were left out cut the table into segments; inside a segment the rows follow one
/// another at the sampling interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    name: String,
    width: usize,
    values: Vec<f64>,
    segments: Vec<Range<usize>>,
    left_out: usize,
}

impl Table {
    /// Reads CSV text with a header row: the columns `inputs`, in that order, of all rows that are `running` and hold
    /// finite numbers in all of them. Quoted fields are not understood (the columns are numbers).
    ///
    /// # Errors
    /// [`Error::NoColumn`], or [`Error::Csv`] for a row that is too short or holds text.
    pub fn parse_csv(
        name: &str,
        text: &str,
        inputs: &[String],
        running: Option<&Running>,
    ) -> Result<Self, Error> {
        let mut lines = text.lines();
        let header: Vec<&str> = lines
            .next()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .collect();
        let find = |column: &str| {
            header
                .iter()
                .position(|h| *h == column)
                .ok_or_else(|| Error::NoColumn {
                    table: name.to_owned(),
                    column: column.to_owned(),
                    present: header.join(", "),
                })
        };
        let columns = inputs
            .iter()
            .map(|input| find(input))
            .collect::<Result<Vec<_>, _>>()?;
        let gate = running
            .map(|r| find(&r.signal).map(|column| (column, r.above)))
            .transpose()?;

        let mut table = Table::new(name, inputs.len());
        let mut row = Vec::with_capacity(inputs.len());
        let mut settling = 0;
        for (number, line) in lines
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |column: usize| read_cell(name, number + 2, &cells, column);
            let stands = match gate {
                Some((column, above)) => cell(column)? <= above,
                None => false,
            };
            row.clear();
            for &column in &columns {
                row.push(cell(column)?);
            }
            if stands {
                settling = running.map_or(0, |r| r.settle_rows);
            } else if settling > 0 {
                settling -= 1;
                table.leave_out();
                continue;
            }
            if stands || !row.iter().all(|v| v.is_finite()) {
                table.leave_out()
            } else {
                table.push(&row)
            }
        }
        Ok(table)
    }

    /// An empty table of `width` columns.
    pub fn new(name: &str, width: usize) -> Self {
        Table {
            name: name.to_owned(),
            width,
            values: Vec::new(),
            segments: Vec::new(),
            left_out: 0,
        }
    }

    /// Adds a row, which follows the last one at the sampling interval. Short rows are filled with zero, long ones cut.
    pub fn push(&mut self, row: &[f64]) {
        let at = self.rows();
        self.values.extend(
            row.iter()
                .copied()
                .chain(std::iter::repeat(0.0))
                .take(self.width),
        );
        match self.segments.last_mut() {
            Some(segment) if segment.end == at => segment.end = at + 1,
            _ => self.segments.push(at..at + 1),
        }
    }

    /// Notes that a row was left out here: the next one begins a new segment.
    pub fn leave_out(&mut self) {
        self.left_out += 1;
        let at = self.rows();
        if self
            .segments
            .last()
            .is_some_and(|segment| segment.end == at && !segment.is_empty())
        {
            self.segments.push(at..at);
        }
    }

    /// Cuts at a share of the rows, 0 to 1: the earlier and the later part, in time.
    pub fn split(&self, share: f64) -> (Table, Table) {
        let cut = ((self.rows() as f64) * share.clamp(0.0, 1.0)).round() as usize;
        let part = |range: Range<usize>| Table {
            name: self.name.clone(),
            width: self.width,
            values: self.values[range.start * self.width..range.end * self.width].to_vec(),
            segments: self
                .segments
                .iter()
                .map(|s| s.start.max(range.start)..s.end.min(range.end))
                .filter(|s| s.start < s.end)
                .map(|s| s.start - range.start..s.end - range.start)
                .collect(),
            left_out: 0,
        };
        (part(0..cut), part(cut..self.rows()))
    }

    /// Its name, for the card.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Usable rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Rows left out: standby, or not finite.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// All rows in order of time.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// Ranges of rows that follow one another without a break.
    pub fn segments(&self) -> &[Range<usize>] {
        &self.segments
    }
}

/// Rows of all tables.
pub(crate) fn count(tables: &[Table]) -> usize {
    tables.iter().map(Table::rows).sum()
}

/// All rows of all tables, one table after the other.
pub(crate) fn all_rows(tables: &[Table]) -> impl Iterator<Item = &[f64]> {
    tables.iter().flat_map(Table::iter)
}

fn read_cell(table: &str, line: usize, cells: &[&str], column: usize) -> Result<f64, Error> {
    let fault = |detail: String| Error::Csv {
        table: table.to_owned(),
        line,
        detail,
    };
    let text = cells
        .get(column)
        .ok_or_else(|| fault(format!("only {} columns", cells.len())))?
        .trim();
    if text.is_empty() {
        return Ok(f64::NAN); // an empty cell is a missing sample
    }
    text.parse()
        .map_err(|_| fault(format!("`{text}` is not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs() -> Vec<String> {
        vec!["b".into(), "a".into()]
    }

    #[test]
    fn standby_and_missing_values_cut_segments() {
        let text = "time,a,b,speed\n0,1,2,900\n1,3,4,900\n2,5,6,20\n3,7,8,901\n4,,9,901\n5,1,1,901\n6,2,2,902\n";
        let running = Running::parse("speed > 100").unwrap();
        let table = Table::parse_csv("t", text, &inputs(), Some(&running)).unwrap();
        let rows: Vec<&[f64]> = table.iter().collect();
        assert_eq!(
            rows,
            [[2.0, 1.0], [4.0, 3.0], [8.0, 7.0], [1.0, 1.0], [2.0, 2.0]]
        );
        assert_eq!(table.left_out(), 2);
        let lengths = |table: &Table| {
            let lengths = table.segments().iter().map(ExactSizeIterator::len);
            lengths.collect::<Vec<_>>()
        };
        assert_eq!(lengths(&table), [2, 1, 2]);
        let settled = Running {
            settle_rows: 3,
            ..running
        };
        let table = Table::parse_csv("t", text, &inputs(), Some(&settled)).unwrap();
        assert_eq!((lengths(&table), table.left_out()), (vec![2, 1], 4));
    }

    #[test]
    fn a_split_keeps_all_rows_and_the_breaks() {
        let mut table = Table::new("t", 1);
        for row in 0..6 {
            table.push(&[f64::from(row)]);
            if row == 3 {
                table.leave_out();
            }
        }
        let (early, late) = table.split(0.5);
        assert_eq!((early.rows(), late.rows()), (3, 3));
        assert_eq!(late.segments(), [0..1, 1..3]);
        assert_eq!(
            late.iter().map(|row| row[0]).collect::<Vec<_>>(),
            [3.0, 4.0, 5.0]
        );
    }

    #[test]
    fn faults_name_their_line_and_column() {
        let text = "a,b\n1,2\nx,3\n";
        let fault = Table::parse_csv("pump", text, &inputs(), None).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "line 3 of table `pump`: `x` is not a number"
        );
        let fault = Table::parse_csv("pump", text, &["c".to_owned()], None).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "table `pump` has no column `c`; it has: a, b"
        );
        assert!(Running::parse("speed=100").is_err());
    }
}
