//! The write-ahead log: which pages it has newer versions of.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

use super::number::{PAGE, u32_at};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Checksums over little-endian words; one more: over big-endian words.
const MAGIC: u32 = 0x377f_0682;

/// Where the newest committed version of each page lies. Frames count up to the last commit before the first one that
/// does not match its checksum, as they do for SQLite.
pub(super) fn newest_pages(log: &mut File) -> HashMap<u32, u64> {
    read(log).unwrap_or_default()
}

fn read(log: &mut File) -> Option<HashMap<u32, u64>> {
    log.seek(SeekFrom::Start(0)).ok()?;
    let mut log = BufReader::with_capacity(1 << 20, log);
    let mut header = [0; HEADER];
    log.read_exact(&mut header).ok()?;
    let magic = u32_at(&header, 0)?;
    if magic & !1 != MAGIC || u32_at(&header, 8)? as usize != PAGE {
        return None;
    }
    let big = magic & 1 == 1;
    let mut sum = checksum(big, (0, 0), &header[..24]);
    if sum != (u32_at(&header, 24)?, u32_at(&header, 28)?) {
        return None;
    }
    let salts = header[16..24].to_vec();
    let mut newest = HashMap::new();
    let mut pending = Vec::new();
    let mut at = HEADER as u64;
    let mut frame = vec![0; FRAME_HEADER + PAGE];
    while log.read_exact(&mut frame).is_ok() {
        if frame[8..16] != salts[..] {
            break;
        }
        sum = checksum(big, sum, &frame[..8]);
        sum = checksum(big, sum, &frame[FRAME_HEADER..]);
        if sum != (u32_at(&frame, 16)?, u32_at(&frame, 20)?) {
            break;
        }
        pending.push((u32_at(&frame, 0)?, at + FRAME_HEADER as u64));
        at += frame.len() as u64;
        if u32_at(&frame, 4)? != 0 {
            newest.extend(pending.drain(..));
        }
    }
    Some(newest)
}

/// The log's running checksum (sqlite.org/fileformat2.html, section 4.2).
fn checksum(big: bool, (mut a, mut b): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let word = |bytes: &[u8]| {
        let word = bytes.try_into().unwrap_or_default();
        if big {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        }
    };
    for pair in bytes.chunks_exact(8) {
        a = a.wrapping_add(word(&pair[..4])).wrapping_add(b);
        b = b.wrapping_add(word(&pair[4..])).wrapping_add(a);
    }
    (a, b)
}
