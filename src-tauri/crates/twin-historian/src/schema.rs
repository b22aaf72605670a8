//! What the tables and indexes of a file must be. SQLite believes what `sqlite_schema` says: a flipped byte in the name of
//! a column is no damage to it, and makes statements fail or say something else.

use std::path::Path;

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::error::{Error, Result};

/// Type, name, table and text of one table or index, as bytes: damaged ones may be no text.
type Definition = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);

/// Looks whether every table and index is defined as these migrations made it. Others are nobody's business: a person
/// may have made a view.
pub(crate) async fn look_over(
    connection: &mut SqliteConnection,
    file: &Path,
    migrations: &[&'static str],
) -> Result<()> {
    let look = Error::sql(file, "look at the schema");
    let expected = made_by(migrations).await.map_err(&look)?;
    let found = definitions(connection).await.map_err(&look)?;
    match expected.iter().find(|wanted| !found.contains(wanted)) {
        None => Ok(()),
        Some((_, name, ..)) => Err(Error::Damaged {
            place: file.display().to_string(),
            why: format!(
                "the definition of {} is not the one that was written",
                String::from_utf8_lossy(name)
            ),
        }),
    }
}

async fn made_by(migrations: &[&'static str]) -> sqlx::Result<Vec<Definition>> {
    let mut connection = SqliteConnectOptions::new()
        .in_memory(true)
        .disable_statement_logging()
        .connect()
        .await?;
    for sql in migrations {
        let made = sqlx::raw_sql(AssertSqlSafe(*sql));
        made.execute(&mut connection).await?;
    }
    let definitions = definitions(&mut connection).await?;
    connection.close().await?;
    Ok(definitions)
}

async fn definitions(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Definition>> {
    sqlx::query_as(
        "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(coalesce(sql, '') AS BLOB) \
         FROM sqlite_schema",
    )
    .fetch_all(connection)
    .await
}

/// Whether the header's two format numbers are none that SQLite ever wrote: it then opens the file for reading only,
/// or not at all, without calling it damaged. Only for a file that is not open.
pub(crate) fn has_unknown_format(file: &Path) -> bool {
    use std::io::Read as _;
    let mut header = [0; 20];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut header));
    let known = |format: &u8| (1..=2).contains(format);
    read.is_ok() && !header[18..20].iter().all(known)
}
