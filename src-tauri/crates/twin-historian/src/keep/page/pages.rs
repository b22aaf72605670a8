//! The pages of a database file and its log.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use super::{log, number::PAGE};
use crate::{
    error::{Deed, Error, Result},
    files::beside,
};

/// The pages of a file as of its newest commit: the file, and over it the write-ahead log.
pub(crate) struct Pages {
    file: File,
    log: Option<File>,
    /// Where the newest committed version of a page is in the log.
    newer: HashMap<u32, u64>,
    count: u32,
}

impl Pages {
    pub(crate) fn open(file: &Path) -> Result<Pages> {
        let read = Error::io(Deed::Read, file);
        let opened = File::open(file).map_err(&read)?;
        let bytes = opened.metadata().map_err(&read)?.len();
        let log_file = beside(file, "-wal");
        let mut log = if log_file.exists() {
            Some(File::open(&log_file).map_err(Error::io(Deed::Read, &log_file))?)
        } else {
            None
        };
        let newer = log.as_mut().map(log::newest_pages).unwrap_or_default();
        let in_file = bytes.div_ceil(PAGE as u64);
        let in_log = newer.keys().max().copied().unwrap_or(0);
        let count = u32::try_from(in_file).unwrap_or(u32::MAX).max(in_log);
        Ok(Pages {
            file: opened,
            log,
            newer,
            count,
        })
    }

    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// A page, numbered from 1; none when it cannot be read. One cut off at the end of the file is filled with zeros.
    pub(crate) fn read(&mut self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || number > self.count {
            return None;
        }
        let mut page = vec![0; PAGE];
        let (file, at) = match (self.newer.get(&number), &mut self.log) {
            (Some(at), Some(log)) => (log, *at),
            _ => (&mut self.file, u64::from(number - 1) * PAGE as u64),
        };
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut filled = 0;
        while filled < PAGE {
            match file.read(&mut page[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        (filled > 0).then_some(page)
    }
}
