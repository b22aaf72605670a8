//! Compressed bodies: what is inside is changed and packed again.

use std::io::{Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use ruzstd::{
    decoding::StreamingDecoder,
    encoding::{CompressionLevel, compress_to_vec},
};

use super::{Hand, json};

/// Largest content that is changed, bytes.
const CONTENT_MAX: u64 = 64 * 1024;

pub(super) fn change_gzip(bytes: &mut Vec<u8>, hand: &mut Hand<'_>) {
    match gunzip(bytes) {
        Some(mut content) if !hand.one_in(3) => {
            json::change(&mut content, hand);
            *bytes = gzip(&content);
        }
        _ => hand.change(bytes),
    }
}

pub(super) fn change_zstd(bytes: &mut Vec<u8>, hand: &mut Hand<'_>) {
    match unzstd(bytes) {
        Some(mut content) if !hand.one_in(3) => {
            json::change(&mut content, hand);
            *bytes = zstd(&content);
        }
        _ => hand.change(bytes),
    }
}

pub(super) fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut content = vec![];
    let mut reader = GzDecoder::new(bytes).take(CONTENT_MAX);
    reader.read_to_end(&mut content).ok()?;
    Some(content)
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(vec![], Compression::fast());
    // Writing to memory does not fail.
    let _ = writer.write_all(content);
    writer.finish().unwrap_or_default()
}

pub(super) fn unzstd(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut content = vec![];
    let reader = StreamingDecoder::new(bytes).ok()?;
    reader.take(CONTENT_MAX).read_to_end(&mut content).ok()?;
    Some(content)
}

pub(super) fn zstd(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, CompressionLevel::Fastest)
}
