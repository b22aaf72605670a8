//! Packs: records with base values become records that stand for themselves (RFC 8428, section 4.6).

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::{
    observations::Cell,
    reject::{Reject, RejectKind},
    tree::{Node, Tree},
};

/// The version of the format (RFC 8428, section 4.4): a pack of a later one must not be used.
const VERSION: f64 = 10.0;
/// Base64 for URLs, padded or not (section 5).
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A record that stands for itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved<'r> {
    pub(super) name: &'r str,
    pub(super) unit: Option<&'r str>,
    /// Seconds, since 1970 or from now.
    pub(super) time: f64,
    pub(super) value: Option<Cell<'r>>,
    /// A data value, as base64 for URLs, and how many bytes it stands for.
    pub(super) data: Option<(&'r str, usize)>,
    pub(super) sum: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Base<'t> {
    name: &'t str,
    time: f64,
    unit: Option<&'t str>,
    value: Option<f64>,
    sum: f64,
}

/// Gives every record that has a value, in order. `name` is room for joined names.
///
/// # Errors
/// It is no valid pack; also what `each` finds.
pub(super) fn resolve(
    tree: &Tree,
    name: &mut String,
    mut each: impl FnMut(Resolved<'_>) -> Result<(), Reject>,
) -> Result<(), Reject> {
    let pack = tree.root().filter(|root| root.is_array());
    let Some(pack) = pack else {
        return Err(fault("a pack is an array of records"));
    };
    let mut base = Base::default();
    for record in pack.children() {
        if !record.is_object() {
            return Err(fault("a record that is no object"));
        }
        check_fields(record)?;
        rebase(&mut base, record)?;
        let own = text(record, "n")?;
        name.clear();
        name.push_str(base.name);
        name.push_str(own.unwrap_or_default());
        let (value, data) = value(record, &base, own.is_some())?;
        let sum = number(record, "s")?.map(|sum| base.sum + sum);
        let sum = sum.or(number(record, "bs")?);
        if value.is_none() && data.is_none() && sum.is_none() {
            continue;
        }
        check_name(name)?;
        // When it is sent again is of no use here, but it must be a number.
        number(record, "ut")?;
        let numeric = matches!(value, Some(Cell::F64(_) | Cell::I64(_))) || sum.is_some();
        each(Resolved {
            name,
            unit: text(record, "u")?.or(base.unit).filter(|_| numeric),
            time: base.time + number(record, "t")?.unwrap_or(0.0),
            value,
            data,
            sum,
        })?;
    }
    Ok(())
}

/// Takes over the base fields of a record; they hold from it on (section 4.1).
fn rebase<'t>(base: &mut Base<'t>, record: Node<'t>) -> Result<(), Reject> {
    if let Some(version) = number(record, "bver")?
        && version > VERSION
    {
        return Err(fault(format!("version {version}, later than {VERSION}")));
    }
    if let Some(name) = text(record, "bn")? {
        base.name = name;
    }
    if let Some(time) = number(record, "bt")? {
        base.time = time;
    }
    if let Some(unit) = text(record, "bu")? {
        base.unit = Some(unit).filter(|unit| !unit.is_empty());
    }
    if let Some(value) = number(record, "bv")? {
        base.value = Some(value);
    }
    if let Some(sum) = number(record, "bs")? {
        base.sum = sum;
    }
    Ok(())
}

/// A value, or data and their size.
type ValueOrData<'t> = (Option<Cell<'t>>, Option<(&'t str, usize)>);

/// The value of a record, of which there may be one only.
fn value<'t>(record: Node<'t>, base: &Base<'t>, named: bool) -> Result<ValueOrData<'t>, Reject> {
    let mut fields = record
        .children()
        .filter(|field| matches!(field.key(), "v" | "vs" | "vb" | "vd"));
    let Some(field) = fields.next() else {
        // A base value alone is the value, unless the record has only a sum or only sets bases.
        let alone = named && record.get("s").is_none();
        return Ok((base.value.filter(|_| alone).map(Cell::F64), None));
    };
    if fields.next().is_some() {
        return Err(fault("a record with more than one value"));
    }
    let cell = field.cell();
    match (field.key(), cell) {
        ("v", Some(Cell::F64(v))) => Ok((Some(Cell::F64(v + base.value.unwrap_or(0.0))), None)),
        ("v", Some(Cell::I64(v))) => Ok((
            Some(match base.value {
                Some(base) => Cell::F64(base + v as f64),
                None => Cell::I64(v),
            }),
            None,
        )),
        ("vs", Some(Cell::Text(_))) | ("vb", Some(Cell::Bool(_))) => Ok((cell, None)),
        ("vd", Some(Cell::Text(text))) => match BASE64.decode(text) {
            Ok(bytes) => Ok((None, Some((text, bytes.len())))),
            Err(error) => Err(fault(format!("data that is not base64: {error}"))),
        },
        (key, _) => Err(fault(format!("`{key}` is of the wrong type"))),
    }
}

/// A field of an unknown name that ends with `_` must be understood (section 4.4).
fn check_fields(record: Node<'_>) -> Result<(), Reject> {
    match record.children().find(|field| field.key().ends_with('_')) {
        None => Ok(()),
        Some(field) => Err(fault(format!(
            "`{}` must be understood and is not",
            field.key()
        ))),
    }
}

/// Names have few characters and begin with a letter or a digit (section 4.5.1).
fn check_name(name: &str) -> Result<(), Reject> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-:./_".contains(c);
    let first = name.chars().next();
    if first.is_some_and(|c| c.is_ascii_alphanumeric()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(fault(format!("{name:?} is no name")))
}

fn number(record: Node<'_>, key: &str) -> Result<Option<f64>, Reject> {
    let Some(field) = record.get(key) else {
        return Ok(None);
    };
    match field.number() {
        Some(number) => Ok(Some(number)),
        None => Err(fault(format!("`{key}` is no number"))),
    }
}

fn text<'t>(record: Node<'t>, key: &str) -> Result<Option<&'t str>, Reject> {
    let Some(field) = record.get(key) else {
        return Ok(None);
    };
    match field.text() {
        Some(text) => Ok(Some(text)),
        None => Err(fault(format!("`{key}` is no text"))),
    }
}

fn fault(detail: impl Into<String>) -> Reject {
    Reject::new(RejectKind::SenMl, detail)
}
