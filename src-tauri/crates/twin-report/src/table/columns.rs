//! Cells of Arrow columns: every type that another tool may have chosen for a time, a value or a name.

use arrow_array::{
    Array, BinaryViewArray, BooleanArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use twin_core::{Said, Timestamp, Value, said};

use super::{
    TEXT_MAX,
    time::{of_float, of_number, parse_time},
};

/// Whether [`value_at`] knows the type.
pub const fn is_value(kind: &DataType) -> bool {
    use DataType as T;
    matches!(
        kind,
        T::Null
            | T::Boolean
            | T::Int8
            | T::Int16
            | T::Int32
            | T::Int64
            | T::UInt8
            | T::UInt16
            | T::UInt32
            | T::UInt64
            | T::Float32
            | T::Float64
            | T::Utf8View
            | T::BinaryView
    )
}

/// Whether [`text_at`] knows the type.
pub const fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8View | DataType::BinaryView)
}

/// Whether [`time_at`] knows the type.
pub const fn is_time(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Timestamp(..)
            | DataType::Int64
            | DataType::Float64
            | DataType::Utf8View
            | DataType::BinaryView
    )
}

/// A value; an empty cell is null.
pub fn value_at(column: &dyn Array, row: usize) -> Result<Value, Said> {
    use DataType as T;
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        T::Boolean => Value::Bool(as_bools(column)?.value(row)),
        T::Int8 => Value::I64(number::<Int8Type>(column, row)?.into()),
        T::Int16 => Value::I64(number::<Int16Type>(column, row)?.into()),
        T::Int32 => Value::I64(number::<Int32Type>(column, row)?.into()),
        T::Int64 => Value::I64(number::<Int64Type>(column, row)?),
        T::UInt8 => Value::I64(number::<UInt8Type>(column, row)?.into()),
        T::UInt16 => Value::I64(number::<UInt16Type>(column, row)?.into()),
        T::UInt32 => Value::I64(number::<UInt32Type>(column, row)?.into()),
        T::UInt64 => {
            let whole = number::<UInt64Type>(column, row)?;
            let whole = i64::try_from(whole);
            Value::I64(
                whole.map_err(|_| said!("import-whole-long", "a whole number beyond 63 bits"))?,
            )
        }
        T::Float32 => Value::F64(number::<Float32Type>(column, row)?.into()),
        T::Float64 => Value::F64(number::<Float64Type>(column, row)?),
        T::Utf8View | T::BinaryView => Value::Text(text_at(column, row)?.into()),
        other => {
            return Err(said!(
                "import-value-type",
                "values of type {type_name} are not known",
                type_name = other.to_string()
            ));
        }
    })
}

/// An instant.
pub fn time_at(column: &dyn Array, row: usize) -> Result<Timestamp, Said> {
    if column.is_null(row) {
        return Err(said!("import-no-time", "the time is missing"));
    }
    let beyond = || {
        said!(
            "import-time-beyond",
            "the time is beyond what can be stored"
        )
    };
    let no_epoch = || {
        said!(
            "import-epoch",
            "its number is no time: a number since 1970 is read from 1990 on"
        )
    };
    Ok(match column.data_type() {
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => {
                let seconds = number::<TimestampSecondType>(column, row)?;
                Timestamp(seconds.checked_mul(1_000_000).ok_or_else(beyond)?)
            }
            TimeUnit::Millisecond => {
                let millis = number::<TimestampMillisecondType>(column, row)?;
                Timestamp(millis.checked_mul(1_000).ok_or_else(beyond)?)
            }
            TimeUnit::Microsecond => Timestamp(number::<TimestampMicrosecondType>(column, row)?),
            TimeUnit::Nanosecond => {
                Timestamp(number::<TimestampNanosecondType>(column, row)?.div_euclid(1_000))
            }
        },
        DataType::Int64 => of_number(number::<Int64Type>(column, row)?).ok_or_else(no_epoch)?,
        DataType::Float64 => of_float(number::<Float64Type>(column, row)?).ok_or_else(no_epoch)?,
        DataType::Utf8View | DataType::BinaryView => parse_time(text_at(column, row)?)?,
        other => {
            return Err(said!(
                "import-time-type",
                "times of type {type_name} are not known",
                type_name = other.to_string()
            ));
        }
    })
}

/// A text; empty for an empty cell.
pub fn text_at(column: &dyn Array, row: usize) -> Result<&str, Said> {
    if column.is_null(row) {
        return Ok("");
    }
    // Bytes that the file does not mark as UTF-8 come as bytes, and are looked at here.
    let bytes = if let Some(texts) = column.as_string_view_opt() {
        texts.value(row).as_bytes()
    } else {
        let texts: Option<&BinaryViewArray> = column.as_binary_view_opt();
        let texts = texts.ok_or_else(|| {
            said!(
                "import-no-text",
                "{found} where a text is expected",
                found = column.data_type().to_string()
            )
        })?;
        texts.value(row)
    };
    if bytes.len() > TEXT_MAX {
        return Err(said!(
            "import-long-text",
            "a text of {size} bytes, {limit} are the limit",
            size = bytes.len(),
            limit = TEXT_MAX
        ));
    }
    std::str::from_utf8(bytes).map_err(|_| said!("import-text-utf8", "a text is not UTF-8"))
}

fn number<T: ArrowPrimitiveType>(column: &dyn Array, row: usize) -> Result<T::Native, Said> {
    let numbers = column.as_primitive_opt::<T>();
    numbers.map(|numbers| numbers.value(row)).ok_or_else(|| {
        said!(
            "import-no-number-type",
            "{found} where a number is expected",
            found = column.data_type().to_string()
        )
    })
}

fn as_bools(column: &dyn Array) -> Result<&BooleanArray, Said> {
    column
        .as_boolean_opt()
        .ok_or_else(|| said!("import-no-bool", "no bool where one is expected"))
}
