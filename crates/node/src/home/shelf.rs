//! What a replica reads, over the vault; and what it wants written, into the vault.

use identity::LogId;
use replica::{Row, Shelf, ShelfError, Table, Write};
use vault::{Reader, Txn, VaultError};

/// A reader of the vault as the replica's shelf.
pub(crate) struct VaultShelf<'r, 'v>(pub(crate) &'r Reader<'v>);

/// The replica's keys are hashes and numbers, no content: kept in order, so that a prefix is cheap.
fn table(table: Table) -> vault::Table {
    match table {
        Table::Words => vault::Table::fading("fading/words"),
        Table::Had => vault::Table::fading("fading/had"),
        Table::Drafts => vault::Table::fading("fading/drafts"),
        Table::Outbox => vault::Table::fading("fading/outbox"),
        Table::Roster
        | Table::Log
        | Table::View
        | Table::Draft
        | Table::Edits
        | Table::Evidence
        | Table::Own => vault::Table::ordered(table.name()),
    }
}

fn store(error: VaultError) -> ShelfError {
    ShelfError::Store(Box::new(error))
}

impl Shelf for VaultShelf<'_, '_> {
    fn records(&self, log: LogId, from: u64, max_bytes: usize) -> Result<Vec<Vec<u8>>, ShelfError> {
        self.0
            .records(log.as_bytes(), from, max_bytes)
            .map_err(store)
    }

    fn get(&self, of: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        self.0.get(table(of), key).map_err(store)
    }

    fn scan(&self, of: Table, from: &[u8]) -> Result<Vec<Row>, ShelfError> {
        self.0.scan(table(of), from).map_err(store)
    }

    fn next(&self, of: Table, from: &[u8]) -> Result<Option<Row>, ShelfError> {
        self.0.next(table(of), from).map_err(store)
    }
}

/// Applies writes in their order, inside the transaction that the replica read from.
pub(crate) fn apply(txn: &Txn<'_>, writes: &[Write]) -> Result<(), VaultError> {
    for write in writes {
        match write {
            Write::Append {
                log,
                first,
                records,
            } => txn.append(log.as_bytes(), *first, records)?,
            Write::Cut { log, above } => txn.cut(log.as_bytes(), *above)?,
            Write::Put {
                table: of,
                key,
                value,
            } => txn.put(table(*of), key, value)?,
            Write::Delete { table: of, key } => txn.delete(table(*of), key)?,
        }
    }
    Ok(())
}
