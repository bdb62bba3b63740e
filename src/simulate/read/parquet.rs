//! Apache Parquet with named columns, read as CSV with the same names is; page by page, only the columns that say
//! something.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::columns::Columns;
use super::format::LineParser as _;
use super::source::Progress;
use super::{Step, TraceError};
use crate::simulate::request::Request;

/// Reads rows.
pub struct Rows {
    records: RowIter<'static>,
    columns: Columns,
    progress: Progress,
}

/// Opens a file.
pub fn open(path: &Path) -> Result<(Rows, Progress), TraceError> {
    let unknown = |why: String| TraceError::Unknown { why: format!("it is Parquet, but {why}") };
    let unreadable = |why| TraceError::Unreadable { file: path.display().to_string(), why };
    let file = File::open(path).map_err(unreadable)?;
    let reader = SerializedFileReader::new(file).map_err(|error| unknown(error.to_string()))?;
    let (schema, total) = {
        let meta = reader.metadata().file_metadata();
        (meta.schema_descr().root_schema_ptr(), u64::try_from(meta.num_rows()).unwrap_or(0))
    };
    let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    let Some((mut columns, places)) = Columns::of_table(&names) else {
        return Err(unknown(format!("none of its columns ({}) is named `key`", names.join(", "))));
    };
    let fields: Vec<Arc<Type>> = places.iter().map(|place| schema.get_fields()[*place].clone()).collect();
    for field in &fields {
        if !plain(field) {
            return Err(unknown(format!("its column {} is neither text, bytes nor a number", field.name())));
        }
        if let Some(unit) = unit(field) {
            columns.time_in(unit);
        }
    }
    let projection = Type::group_type_builder(schema.name()).with_fields(fields).build();
    let rows = RowIter::from_file_into(Box::new(reader)).project(projection.ok());
    let rows = rows.map_err(|error| unknown(error.to_string()))?;
    let progress = Progress::of(total);
    Ok((Rows { records: rows, columns, progress: progress.clone() }, progress))
}

/// Whether the values of a column are single texts or numbers that the reader knows.
fn plain(field: &Type) -> bool {
    use ConvertedType as C;
    let known = matches!(
        field.get_basic_info().converted_type(),
        C::NONE
            | C::UTF8
            | C::ENUM
            | C::JSON
            | C::TIMESTAMP_MILLIS
            | C::TIMESTAMP_MICROS
            | C::INT_8
            | C::INT_16
            | C::INT_32
            | C::INT_64
            | C::UINT_8
            | C::UINT_16
            | C::UINT_32
            | C::UINT_64
    );
    let info = field.get_basic_info();
    let single =
        field.is_primitive() && !(info.has_repetition() && info.repetition() == Repetition::REPEATED);
    single
        && known
        && !matches!(field.get_physical_type(), Physical::BOOLEAN | Physical::FIXED_LEN_BYTE_ARRAY)
}

/// Billionths of a second in a unit of a column of timestamps.
fn unit(field: &Type) -> Option<u128> {
    if field.get_physical_type() == Physical::INT96 {
        return Some(1_000_000);
    }
    let info = field.get_basic_info();
    match (info.converted_type(), info.logical_type_ref()) {
        (ConvertedType::TIMESTAMP_MILLIS, _) => Some(1_000_000),
        (ConvertedType::TIMESTAMP_MICROS, _) => Some(1_000),
        (_, Some(LogicalType::Timestamp(stamp))) => Some(match stamp.unit {
            TimeUnit::MILLIS => 1_000_000,
            TimeUnit::MICROS => 1_000,
            TimeUnit::NANOS => 1,
        }),
        _ => None,
    }
}

impl Rows {
    /// Whether there is a column of operations.
    pub fn tells_operations(&self) -> bool {
        self.columns.tells_operations()
    }

    /// Reads one row.
    pub fn next(&mut self, out: &mut Vec<Request>) -> io::Result<Step> {
        let Some(row) = self.records.next() else { return Ok(Step::End) };
        let row = row.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        self.progress.step();
        let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        let request = self.columns.fields(|i, text| match fields.get(i) {
            Some(field) => write(field, text),
            None => Ok(()),
        });
        match request {
            Ok(request) => {
                out.push(request);
                Ok(Step::Done)
            }
            Err(why) => Ok(Step::Bad(why)),
        }
    }
}

/// A value as CSV would have it; nothing for null.
fn write(field: &Field, text: &mut Vec<u8>) -> Result<(), &'static str> {
    match field {
        Field::Null => Ok(()),
        Field::Str(value) => {
            text.extend_from_slice(value.as_bytes());
            Ok(())
        }
        Field::Bytes(value) => {
            text.extend_from_slice(value.data());
            Ok(())
        }
        Field::Byte(value) => number(text, *value),
        Field::Short(value) => number(text, *value),
        Field::Int(value) => number(text, *value),
        Field::Long(value) | Field::TimestampMillis(value) | Field::TimestampMicros(value) => {
            number(text, *value)
        }
        Field::UByte(value) => number(text, *value),
        Field::UShort(value) => number(text, *value),
        Field::UInt(value) => number(text, *value),
        Field::ULong(value) => number(text, *value),
        Field::Float(value) => number(text, *value),
        Field::Double(value) => number(text, *value),
        _ => Err("a value is neither text nor a number"),
    }
}

fn number(text: &mut Vec<u8>, value: impl std::fmt::Display) -> Result<(), &'static str> {
    write!(text, "{value}").map_err(|_| "a value cannot be written")
}
