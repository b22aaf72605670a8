//! The one thing that is read from a certificate here: until when it is valid.

/// The last day of validity of a DER certificate (RFC 5280, 4.1), as `year-month-day`; none if it cannot be read. The
/// certificate's trustworthiness is none of this function's business.
pub(crate) fn valid_until(der: &[u8]) -> Option<String> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xA0;
    let (_, certificate, _) = element(der).filter(|(tag, ..)| *tag == SEQUENCE)?;
    let (_, mut rest, _) = element(certificate).filter(|(tag, ..)| *tag == SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest).filter(|(tag, ..)| *tag == SEQUENCE)?;
    let (_, _, after_start) = element(validity)?;
    let (tag, end, _) = element(after_start)?;
    date(tag, end)
}

/// Tag, content and what follows, of the element at the start of `der`.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        if !(1..=4).contains(&count) || rest.len() < count {
            return None;
        }
        let (bytes, rest) = rest.split_at(count);
        (
            bytes
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)),
            rest,
        )
    };
    (rest.len() >= length).then(|| (tag, &rest[..length], &rest[length..]))
}

/// `UTCTime` has a year of two digits, of which 50 and later are 19xx; `GeneralizedTime` has four.
fn date(tag: u8, text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|text| text.is_ascii())?;
    let (century, rest) = match tag {
        0x17 => (if text.get(..2)? < "50" { "20" } else { "19" }, text),
        0x18 => (text.get(..2)?, text.get(2..)?),
        _ => return None,
    };
    let (year, month, day) = (rest.get(..2)?, rest.get(2..4)?, rest.get(4..6)?);
    Some(format!("{century}{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_dates_are_read() {
        for (year, text) in [
            (2031, "2031-03-09"),
            (1999, "1999-03-09"),
            (2061, "2061-03-09"),
        ] {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut params = rcgen::CertificateParams::new(vec!["broker".into()]).unwrap();
            params.not_before = rcgen::date_time_ymd(1990, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 3, 9);
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(valid_until(certificate.der()).as_deref(), Some(text));
        }
    }

    #[test]
    fn nonsense_has_no_date() {
        let key = rcgen::KeyPair::generate().unwrap();
        let der = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap()
            .der()
            .to_vec();
        for length in 0..der.len() {
            assert_eq!(valid_until(&der[..length]), None);
        }
        for hostile in [
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..],
            &[0x30, 0x80],
            &[0x30, 0x02, 0x30, 0x00],
            b"abc",
        ] {
            assert_eq!(valid_until(hostile), None);
        }
    }
}
