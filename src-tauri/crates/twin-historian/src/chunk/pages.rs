//! A pco stream in pages of [`PAGE_SAMPLES`], so that a few numbers can be had without decoding all.
//!
//! Layout: length and bytes of pco's header and chunk description, byte length of every page, the pages.

use std::ops::Range;

use pco::{
    ChunkConfig, DeltaSpec, ModeSpec, PagingSpec,
    data_types::Number,
    wrapped::{FileCompressor, FileDecompressor},
};

use crate::bytes::{Malformed, Reader, put_bytes, put_varint};

/// Numbers on a page; pco decodes batches of this size.
pub(crate) const PAGE_SAMPLES: usize = 256;

const UNPACKABLE: Malformed = Malformed {
    at: 0,
    what: "cannot be compressed",
};

/// How many pages `n` numbers take.
pub(crate) const fn page_count(n: usize) -> usize {
    n.div_ceil(PAGE_SAMPLES)
}

/// Adds numbers, at least one. `level`: pco's, 0 to 12; the higher, the larger the tables that every reader builds.
pub(crate) fn put_pages<T: Number>(
    out: &mut Vec<u8>,
    numbers: &[T],
    level: usize,
    mode: ModeSpec,
    delta: DeltaSpec,
) -> Result<(), Malformed> {
    let sizes = numbers.chunks(PAGE_SAMPLES).map(<[T]>::len).collect();
    let config = ChunkConfig::default()
        .with_compression_level(level)
        .with_mode_spec(mode)
        .with_delta_spec(delta)
        .with_paging_spec(PagingSpec::Exact(sizes));
    let file = FileCompressor::default();
    let mut chunk = file
        .chunk_compressor(numbers, &config)
        .map_err(|_| UNPACKABLE)?;
    let head = file.write_header(Vec::new()).map_err(|_| UNPACKABLE)?;
    let head = chunk.write_meta(head).map_err(|_| UNPACKABLE)?;
    put_bytes(out, &head);
    let mut pages = Vec::with_capacity(numbers.len());
    for page in 0..page_count(numbers.len()) {
        let begin = pages.len();
        chunk.write_page(page, &mut pages).map_err(|_| UNPACKABLE)?;
        put_varint(out, (pages.len() - begin) as u64);
    }
    out.extend_from_slice(&pages);
    Ok(())
}

/// Pages that are not decoded yet.
pub(crate) struct Pages<'a> {
    n: usize,
    head: &'a [u8],
    /// Where each page ends in `data`.
    ends: Vec<usize>,
    data: &'a [u8],
}

impl<'a> Pages<'a> {
    /// What [`put_pages`] wrote of `n` numbers.
    pub(crate) fn read(reader: &mut Reader<'a>, n: usize) -> Result<Pages<'a>, Malformed> {
        let head = reader.bytes()?;
        let mut ends = Vec::with_capacity(page_count(n));
        let mut end = 0_usize;
        for _ in 0..page_count(n) {
            let length = usize::try_from(reader.varint()?).ok();
            end = length
                .and_then(|length| end.checked_add(length))
                .ok_or_else(|| reader.fail("a page is too long"))?;
            ends.push(end);
        }
        Ok(Pages {
            n,
            head,
            ends,
            data: reader.take(end)?,
        })
    }

    /// Adds the numbers of these pages.
    pub(crate) fn decode<T: Number + Default>(
        &self,
        pages: Range<usize>,
        out: &mut Vec<T>,
    ) -> Result<(), Malformed> {
        const BROKEN: Malformed = Malformed {
            at: 0,
            what: "numbers cannot be decompressed",
        };
        let (file, rest) = FileDecompressor::new(self.head).map_err(|_| BROKEN)?;
        let (mut chunk, _) = file.chunk_decompressor::<T, _>(rest).map_err(|_| BROKEN)?;
        for page in pages {
            let begin = if page == 0 { 0 } else { self.ends[page - 1] };
            let bytes = self.data.get(begin..self.ends[page]).ok_or(BROKEN)?;
            let count = (self.n - page * PAGE_SAMPLES).min(PAGE_SAMPLES);
            let at = out.len();
            out.resize(at + count, T::default());
            let mut decoder = chunk.page_decompressor(bytes, count).map_err(|_| BROKEN)?;
            match decoder.read(&mut out[at..]) {
                Ok(progress) if progress.finished && progress.n_processed == count => {}
                _ => return Err(BROKEN),
            }
        }
        Ok(())
    }
}
