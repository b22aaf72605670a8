//! Between what the plant file says of conventions and payloads, and the forms that people fill in.

use twin_core::{Duration, said};
use twin_model::{
    Connection, Kind, Sparkplug,
    payload::{Encoding, Field, Form, PayloadRule, Source},
};

use super::{filled, text};
use crate::{
    api::reading::{LayoutFieldForm, PayloadRuleForm, ReadingForm},
    error::{Error, Result},
};

pub(super) fn reading_form(connection: &Connection) -> ReadingForm {
    let timeout = connection.sparkplug.reorder_timeout;
    ReadingForm {
        shadows: connection.shadows.clone(),
        primary_host: text(&connection.sparkplug.primary_host),
        reorder_timeout_s: (timeout != Sparkplug::REORDER_TIMEOUT).then(|| timeout.secs_f64()),
        rules: connection.payload.iter().map(rule_form).collect(),
    }
}

fn rule_form(rule: &PayloadRule) -> PayloadRuleForm {
    let sign = |sign: Option<char>| sign.map(String::from).unwrap_or_default();
    PayloadRuleForm {
        filter: rule.filter.clone(),
        read_as: text(&rule.read_as),
        zone: text(&rule.zone),
        path: text(&rule.source.path),
        encoding: rule.source.encoding.name().to_owned(),
        min_length: rule.min_length,
        layout: rule.layout.iter().map(field_form).collect(),
        columns: rule.columns.clone(),
        separator: sign(rule.separator),
        decimal: sign(rule.decimal),
    }
}

fn field_form(field: &Field) -> LayoutFieldForm {
    LayoutFieldForm {
        name: field.name.clone(),
        at: field.at,
        form: field.form.name(),
        scale: field.scale,
        add: field.add,
        unit: field.unit.clone(),
        bits: field.bits,
    }
}

/// The connection with what the form says of reading it. CoAP has the rules only; what else the plant file says there stays.
///
/// # Errors
/// [`Error::Request`] for what the plant file has no words for; what makes no sense there is refused when it is written.
pub(super) fn with_reading(form: &ReadingForm, mut connection: Connection) -> Result<Connection> {
    connection.payload = form.rules.iter().map(rule_of).collect::<Result<_>>()?;
    if connection.kind == Kind::Mqtt {
        connection.shadows = form.shadows.iter().filter_map(|of| filled(of)).collect();
        connection.sparkplug = Sparkplug {
            primary_host: filled(&form.primary_host),
            reorder_timeout: match form.reorder_timeout_s {
                None => Sparkplug::REORDER_TIMEOUT,
                Some(seconds) if (0.0..=86_400.0).contains(&seconds) => {
                    Duration::from_secs_f64(seconds)
                }
                Some(seconds) => {
                    return Err(Error::Request(said!(
                        "refused-reorder",
                        "a missing Sparkplug message cannot be waited for {seconds} s: give 0 to 86,400 seconds",
                        seconds = seconds.to_string()
                    )));
                }
            },
        };
    }
    Ok(connection)
}

fn rule_of(form: &PayloadRuleForm) -> Result<PayloadRule> {
    let encoding = Encoding::NAMES
        .iter()
        .find(|(name, _)| *name == form.encoding);
    let Some((_, encoding)) = encoding else {
        return Err(Error::Request(said!(
            "refused-encoding",
            "bytes cannot be written as \"{name}\": use binary, hex or base64",
            name = form.encoding.as_str()
        )));
    };
    Ok(PayloadRule {
        filter: form.filter.trim().to_owned(),
        read_as: filled(&form.read_as),
        zone: filled(&form.zone),
        source: Source {
            path: Some(form.path.clone()).filter(|path| !path.is_empty()),
            encoding: *encoding,
        },
        layout: form.layout.iter().map(field_of).collect::<Result<_>>()?,
        min_length: form.min_length,
        columns: form.columns.clone(),
        separator: sign_of(&form.separator)?,
        decimal: sign_of(&form.decimal)?,
    })
}

/// A tab and a space are signs too, so nothing is trimmed.
fn sign_of(text: &str) -> Result<Option<char>> {
    let mut signs = text.chars();
    let first = signs.next();
    if signs.next().is_none() {
        return Ok(first);
    }
    Err(Error::Request(said!(
        "refused-sign",
        "\"{text}\" is more than one sign: give one, or nothing",
        text = text
    )))
}

fn field_of(form: &LayoutFieldForm) -> Result<Field> {
    let name = form.form.trim();
    let Some(kind) = Form::parse(name) else {
        return Err(Error::Request(said!(
            "refused-layout-type",
            "the field \"{field}\" has the type \"{name}\", which does not exist: use one such as u8, i16be, u32le, f32be, bcd16be or bool",
            field = form.name.as_str(),
            name = name
        )));
    };
    Ok(Field {
        name: form.name.clone(),
        at: form.at,
        form: kind,
        scale: form.scale,
        add: form.add,
        unit: form.unit.clone(),
        bits: form.bits,
    })
}
