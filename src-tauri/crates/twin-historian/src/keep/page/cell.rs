//! The cells of a page of a tree, and the overflow pages behind them.

use super::{
    number::{PAGE, u16_at, u32_at, varint},
    pages::Pages,
    record::{self, Row},
};

/// What sort of page it is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Of a table: rows, or ways to them.
    TableLeaf,
    TableInner,
    /// Of an index or a table without row numbers: entries are in both.
    IndexLeaf,
    IndexInner,
}

pub(super) struct Head {
    pub sort: Sort,
    cells: Vec<usize>,
    /// The child behind the last cell.
    right: Option<u32>,
}

/// Where the tree's part of a page begins: behind the file's header on the first one.
const fn begin(number: u32) -> usize {
    if number == 1 { 100 } else { 0 }
}

pub(super) fn head(number: u32, page: &[u8]) -> Option<Head> {
    let at = begin(number);
    let sort = match *page.get(at)? {
        0x0d => Sort::TableLeaf,
        0x05 => Sort::TableInner,
        0x0a => Sort::IndexLeaf,
        0x02 => Sort::IndexInner,
        _ => return None,
    };
    let inner = matches!(sort, Sort::TableInner | Sort::IndexInner);
    let list = at + if inner { 12 } else { 8 };
    let count = u16_at(page, at + 3)?;
    let cells = (0..count)
        .map_while(|n| u16_at(page, list + 2 * n))
        .collect();
    let right = if inner { u32_at(page, at + 8) } else { None };
    Some(Head { sort, cells, right })
}

impl Head {
    /// The pages below.
    pub(super) fn children(&self, page: &[u8]) -> Vec<u32> {
        let Some(right) = self.right else {
            return Vec::new();
        };
        let below = self.cells.iter().filter_map(|at| u32_at(page, *at));
        below.chain([right]).collect()
    }

    /// Rows on this page, and how many cells could not be read.
    pub(super) fn rows(&self, pages: &mut Pages, page: &[u8]) -> (Vec<Row>, u64) {
        let mut rows = Vec::new();
        let mut bad = 0;
        if self.sort != Sort::TableInner {
            for at in &self.cells {
                match self.row(pages, page, *at) {
                    Some(row) => rows.push(row),
                    None => bad += 1,
                }
            }
        }
        (rows, bad)
    }

    fn row(&self, pages: &mut Pages, page: &[u8], at: usize) -> Option<Row> {
        let at = if self.sort == Sort::IndexInner {
            at + 4
        } else {
            at
        };
        let (length, at) = varint(page, at)?;
        let length = usize::try_from(length).ok()?;
        if length as u64 > u64::from(pages.count()) * PAGE as u64 {
            return None;
        }
        let (number, at) = match self.sort {
            Sort::TableLeaf => {
                let (number, at) = varint(page, at)?;
                (Some(number), at)
            }
            _ => (None, at),
        };
        let local = local(self.sort, length);
        let mut payload = page.get(at..at + local)?.to_vec();
        if local < length {
            let mut next = u32_at(page, at + local)?;
            while payload.len() < length {
                let overflow = pages.read(next)?;
                next = u32_at(&overflow, 0)?;
                let part = (length - payload.len()).min(PAGE - 4);
                payload.extend_from_slice(overflow.get(4..4 + part)?);
            }
        }
        Some((number, record::columns(&payload)?))
    }
}

/// How much of a payload lies on the page itself (sqlite.org/fileformat2.html, section 1.6).
const fn local(sort: Sort, length: usize) -> usize {
    let most = if matches!(sort, Sort::TableLeaf) {
        PAGE - 35
    } else {
        (PAGE - 12) * 64 / 255 - 23
    };
    if length <= most {
        return length;
    }
    let least = (PAGE - 12) * 32 / 255 - 23;
    let rest = least + (length - least) % (PAGE - 4);
    if rest <= most { rest } else { least }
}
