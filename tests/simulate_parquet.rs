//! Parquet is read as CSV with the same columns is.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs::File;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use cachefit::simulate::{Format, Request, Trace, TraceError};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Groups of rows of a file.
const GROUPS: i64 = 3;
const ROWS: i64 = 5_000;

const COLUMNS: &str = "message trace {
    REQUIRED DOUBLE price; REQUIRED INT64 time (TIMESTAMP(MICROS, true)); REQUIRED BYTE_ARRAY key (UTF8);
    OPTIONAL INT32 size; REQUIRED BYTE_ARRAY op (UTF8);
}";

fn op(i: i64) -> &'static str {
    if i % 3 == 0 { "SET" } else { "GET" }
}

/// Every fifth size is null.
fn size(i: i64) -> Option<i32> {
    (i % 5 != 0).then(|| 100 + (i % 900) as i32)
}

fn write(path: &Path, schema: &str) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut file =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::new(properties)).unwrap();
    for group in 0..GROUPS {
        let rows: Vec<i64> = (group * ROWS..(group + 1) * ROWS).collect();
        let text = |f: &dyn Fn(i64) -> String| rows.iter().map(|i| ByteArray::from(f(*i).as_str())).collect();
        let keys: Vec<ByteArray> = text(&|i| format!("key:{}", i % 700));
        let ops: Vec<ByteArray> = text(&|i| op(i).to_owned());
        let sizes: Vec<i32> = rows.iter().filter_map(|i| size(*i)).collect();
        let levels: Vec<i16> = rows.iter().map(|i| i16::from(size(*i).is_some())).collect();
        let times: Vec<i64> = rows.iter().map(|i| 1_700_000_000_000_000 + i * 250_000).collect();
        let prices: Vec<f64> = rows.iter().map(|i| *i as f64).collect();
        let mut writer = file.next_row_group().unwrap();
        let mut column = 0;
        while let Some(mut next) = writer.next_column().unwrap() {
            match column {
                0 => next.typed::<DoubleType>().write_batch(&prices, None, None),
                1 => next.typed::<Int64Type>().write_batch(&times, None, None),
                2 => next.typed::<ByteArrayType>().write_batch(&keys, None, None),
                3 => next.typed::<Int32Type>().write_batch(&sizes, Some(&levels), None),
                _ => next.typed::<ByteArrayType>().write_batch(&ops, None, None),
            }
            .unwrap();
            next.close().unwrap();
            column += 1;
        }
        writer.close().unwrap();
    }
    file.close().unwrap();
}

fn csv() -> String {
    let row = |i: i64| {
        let size = size(i).map(|s| s.to_string()).unwrap_or_default();
        format!("{},key:{},{size},{}\n", 1_700_000_000_000_i64 + i * 250, i % 700, op(i))
    };
    let rows: String = (0..GROUPS * ROWS).map(row).collect();
    format!("time_ms,key,size,op\n{rows}")
}

fn all(mut trace: Trace) -> Vec<Request> {
    let (mut all, mut batch) = (Vec::new(), Vec::new());
    while trace.next(&mut batch).unwrap() {
        all.append(&mut batch);
    }
    assert_eq!(trace.counts().bad, 0);
    all
}

#[test]
fn it_is_read_as_csv_with_the_same_columns_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.parquet");
    write(&path, COLUMNS);
    let (trace, progress) = Trace::open(&path, 0.0).unwrap();
    assert_eq!((trace.format(), progress.total), (Format::Parquet, Some((GROUPS * ROWS) as u64)));
    assert!(trace.tells_operations());
    let rows = all(trace);
    assert_eq!(progress.read(), (GROUPS * ROWS) as u64);
    let lines = all(Trace::from_reader(Box::new(Cursor::new(csv())), 0.0).unwrap());
    assert_eq!(rows.len(), (GROUPS * ROWS) as usize);
    assert_eq!(rows, lines);
}

fn refused(path: &Path) -> String {
    match Trace::open(path, 0.0).map(|_| ()) {
        Err(TraceError::Unknown { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.parquet");
    write(&path, &COLUMNS.replace(" key ", " name "));
    assert!(refused(&path).contains("(price, time, name, size, op) is named `key`"), "{}", refused(&path));

    write(&path, COLUMNS);
    let whole = std::fs::read(&path).unwrap();
    let stream = Trace::from_reader(Box::new(Cursor::new(whole.clone())), 0.0).map(|_| ());
    assert!(stream.unwrap_err().to_string().contains("give the name of an uncompressed file"));

    // Cut anywhere, it ends in an error or not at all.
    for end in (4..whole.len()).step_by(whole.len() / 40) {
        std::fs::write(&path, &whole[..end]).unwrap();
        assert!(refused(&path).starts_with("it is Parquet, but"), "{end}");
    }
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.parquet");
    write(&path, COLUMNS);
    let whole = std::fs::read(&path).unwrap();
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&path, &damaged).unwrap();
        let Ok((mut trace, _)) = Trace::open(&path, 1.0) else { continue };
        let mut batch = Vec::new();
        while trace.next(&mut batch).is_ok_and(|more| more) {}
    }
}
