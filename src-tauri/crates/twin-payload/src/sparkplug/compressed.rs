//! Payloads within payloads: the metrics are in the body, compressed with DEFLATE or GZIP, as the clients of Eclipse
//! Tahu write them. The specification has no word on it.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::{
    raw::{RawMetric, RawValue},
    wire::Span,
};
use crate::reject::{Reject, RejectKind};

/// Name of the metric that names the method.
const ALGORITHM: &[u8] = b"algorithm";

/// Unpacks `body` into `out`, which may not become longer than `limit` bytes. `metrics` are those beside it.
pub(crate) fn inflate(
    payload: &[u8],
    metrics: &[RawMetric],
    body: Span,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), Reject> {
    let named = |metric: &&RawMetric| {
        metric
            .name
            .is_some_and(|name| name.of(payload) == ALGORITHM)
    };
    if let Some(RawValue::Text(algorithm)) = metrics.iter().find(named).map(|metric| metric.value) {
        let algorithm = algorithm.of(payload);
        if !algorithm.eq_ignore_ascii_case(b"GZIP") && !algorithm.eq_ignore_ascii_case(b"DEFLATE") {
            let name: String = String::from_utf8_lossy(algorithm)
                .chars()
                .take(32)
                .collect();
            return Err(malformed(&format!(
                "the payload is compressed with {name:?}, not GZIP or DEFLATE"
            )));
        }
    }
    // What is there tells the method better than its name: DEFLATE is written with the frame of zlib and without.
    let body = body.of(payload);
    match body {
        [0x1F, 0x8B, ..] => unpack(MultiGzDecoder::new(body), limit, out),
        [first, second, ..]
            if first & 0x0F == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0 =>
        {
            unpack(ZlibDecoder::new(body), limit, out)
        }
        _ => unpack(DeflateDecoder::new(body), limit, out),
    }
}

fn unpack(decoder: impl Read, limit: usize, out: &mut Vec<u8>) -> Result<(), Reject> {
    out.clear();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(bound)
        .read_to_end(out)
        .map_err(|error| malformed(&format!("the compressed payload is damaged: {error}")))?;
    if out.len() > limit {
        let detail = format!("more than {limit} bytes after unpacking");
        return Err(Reject::new(RejectKind::PayloadTooLarge, detail));
    }
    Ok(())
}

fn malformed(detail: &str) -> Reject {
    Reject::new(RejectKind::SparkplugMalformed, detail)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn unpacked(body: &[u8], limit: usize) -> Result<Vec<u8>, Reject> {
        let mut out = vec![1, 2, 3];
        let span = Span {
            start: 0,
            end: u32::try_from(body.len()).unwrap(),
        };
        inflate(body, &[], span, limit, &mut out).map(|()| out)
    }

    #[test]
    fn all_three_frames_are_unpacked_within_the_bound() {
        let text = b"twelve bytes".repeat(1_000);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).unwrap();
        zlib.write_all(&text).unwrap();
        raw.write_all(&text).unwrap();
        for body in [
            gzip.finish().unwrap(),
            zlib.finish().unwrap(),
            raw.finish().unwrap(),
        ] {
            assert_eq!(unpacked(&body, 12_000).unwrap(), text);
            let reject = unpacked(&body, 11_999).unwrap_err();
            assert_eq!(reject.kind, RejectKind::PayloadTooLarge);
            let reject = unpacked(&body[..body.len() / 2], 12_000).unwrap_err();
            assert_eq!(reject.kind, RejectKind::SparkplugMalformed);
        }
    }
}
