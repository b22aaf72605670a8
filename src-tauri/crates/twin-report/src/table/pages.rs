//! A Parquet file as the reader of the `parquet` crate may see it: no read beyond the end, no page larger than
//! [`PAGE_MAX`], packed or not. Both lengths are plain numbers in the file, and the crate reserves memory by them.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use parquet::{
    errors::ParquetError,
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData},
        reader::{ChunkReader, Length},
    },
};

use crate::Error;

/// The largest page, bytes, packed and unpacked. Writers aim at 1 MiB.
pub const PAGE_MAX: i64 = 64 << 20;
/// The longest page header, bytes.
const HEADER_MAX: u64 = 1 << 16;
/// The deepest nesting of a page header; real ones have three levels.
const DEPTH_MAX: u32 = 8;

/// A file shared by the readers of its columns.
pub struct Chunks<R> {
    file: Arc<Mutex<R>>,
    length: u64,
}

impl<R> Clone for Chunks<R> {
    fn clone(&self) -> Self {
        Chunks {
            file: Arc::clone(&self.file),
            length: self.length,
        }
    }
}

impl<R: Read + Seek> Chunks<R> {
    /// Takes a file over.
    ///
    /// # Errors
    /// When its length cannot be found.
    pub fn new(mut file: R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Chunks {
            file: Arc::new(Mutex::new(file)),
            length,
        })
    }

    fn read_at(&self, start: u64, length: u64) -> io::Result<Vec<u8>> {
        let left = self.length.saturating_sub(start);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut *file)
            .take(length.min(left))
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Walks the page headers of the columns that `wanted` names (by their number among the leaves).
    ///
    /// # Errors
    /// [`Error::Damaged`] names the column whose pages are too large or do not fit its extent.
    pub fn check(
        &self,
        metadata: &ParquetMetaData,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<(), Error> {
        for group in metadata.row_groups() {
            for (leaf, column) in group.columns().iter().enumerate() {
                if wanted(leaf) {
                    self.check_column(column).map_err(|why| {
                        let name = super::cell::excerpt(&column.column_path().string());
                        Error::Damaged(format!("column `{name}`: {why}"))
                    })?;
                }
            }
        }
        Ok(())
    }

    fn check_column(&self, column: &ColumnChunkMetaData) -> Result<(), String> {
        let first = column.data_page_offset();
        let start = column.dictionary_page_offset().unwrap_or(first);
        let end = start.checked_add(column.compressed_size());
        let (Ok(mut at), Some(Ok(end))) = (u64::try_from(start), end.map(u64::try_from)) else {
            return Err("its place in the file is no place".to_owned());
        };
        if end > self.length || at > end || column.num_values() < 0 {
            return Err("it does not lie inside the file".to_owned());
        }
        while at < end {
            let bytes = self.read_at(at, HEADER_MAX.min(end - at));
            let bytes = bytes.map_err(|error| error.to_string())?;
            let mut scan = Thrift(&bytes);
            let [_, unpacked, packed] = scan
                .page_header()
                .ok_or_else(|| format!("the page header at byte {at} cannot be read"))?;
            if !(0..=PAGE_MAX).contains(&unpacked) {
                return Err(format!(
                    "a page of {unpacked} bytes; {PAGE_MAX} are the limit"
                ));
            }
            if packed > PAGE_MAX {
                return Err(format!(
                    "a packed page of {packed} bytes; {PAGE_MAX} are the limit"
                ));
            }
            let header = (bytes.len() - scan.0.len()) as u64;
            let packed = u64::try_from(packed).map_err(|_| "a page of negative length")?;
            at = at + header + packed;
        }
        if at != end {
            return Err("its pages reach beyond its end".to_owned());
        }
        Ok(())
    }
}

impl<R> Length for Chunks<R> {
    fn len(&self) -> u64 {
        self.length
    }
}

impl<R: Read + Seek + Send> ChunkReader for Chunks<R> {
    type T = At<R>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<At<R>> {
        Ok(At {
            chunks: self.clone(),
            at: start,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.read_at(start, length as u64)?;
        if bytes.len() != length {
            return Err(ParquetError::EOF("the file is shorter than it says".into()));
        }
        Ok(bytes.into())
    }
}

/// A reader from one place on.
pub struct At<R> {
    chunks: Chunks<R>,
    at: u64,
}

impl<R: Read + Seek> Read for At<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = &self.chunks.file;
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The part of Thrift's compact protocol that a page header needs (parquet-format, `PageHeader`).
struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    /// Fields 1 to 3: type, unpacked and packed size.
    fn page_header(&mut self) -> Option<[i64; 3]> {
        let mut fields = [None; 3];
        let mut id = 0;
        while let Some((next, kind)) = self.field(id)? {
            id = next;
            let wanted = usize::try_from(id - 1).ok().filter(|place| *place < 3);
            match wanted {
                Some(place) if kind == 5 => fields[place] = Some(self.zigzag()?),
                _ => self.skip(kind, DEPTH_MAX)?,
            }
        }
        let [kind, unpacked, packed] = fields;
        Some([kind?, unpacked?, packed?])
    }

    /// Id and type of the next field of a struct; inner none at its end.
    fn field(&mut self, before: i64) -> Option<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        let id = match byte >> 4 {
            0 => self.zigzag()?,
            delta => before + i64::from(delta),
        };
        Some(Some((id, byte & 0x0f)))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // A bool in a struct has its value in its type.
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => self.drop_bytes(8)?,
            8 => {
                let length = self.varint()?;
                self.drop_bytes(length)?;
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.varint()?,
                    count => u64::from(count),
                };
                for _ in 0..count {
                    match head & 0x0f {
                        1 | 2 => drop(self.byte()?),
                        kind => self.skip(kind, depth)?,
                    }
                }
            }
            12 => {
                let mut id = 0;
                while let Some((next, kind)) = self.field(id)? {
                    id = next;
                    self.skip(kind, depth)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn drop_bytes(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_header_gives_its_sizes() {
        // type 0, unpacked 300, packed 200, data_page_header { num_values 5, encoding 0, levels 3, 3 }, stop
        let bytes = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x90, 0x03, 0x2c, 0x15, 0x0a, 0x15, 0x00, 0x15,
            0x06, 0x15, 0x06, 0x00, 0x00, 0xff,
        ];
        let mut scan = Thrift(&bytes);
        assert_eq!(scan.page_header(), Some([0, 300, 200]));
        assert_eq!(scan.0, [0xff]);
        assert_eq!(Thrift(&bytes[..10]).page_header(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_hang(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Thrift(&bytes).page_header();
        }
    }
}
