//! Pictures of trends, as PNG bytes, and history as CSV and Parquet. Needs no display and no system font; what it reads and
//! writes, its caller opens.
//!
//! ```no_run
//! use twin_core::{Duration, Timestamp};
//! use twin_report::{Theme, Trace, TrendPicture, Zone, trend_picture};
//!
//! let vibration = Trace::new("Drive-end vibration", "mm/s", Duration::from_secs(10));
//! let png = trend_picture(&TrendPicture {
//!     title: "Pump 2".to_owned(),
//!     zone: Zone::fixed("CET", 3_600),
//!     signals: vec![vibration],
//!     t0: Timestamp::from_secs(1_795_350_000),
//!     t1: Timestamp::from_secs(1_795_353_600),
//!     width_px: 1_200,
//!     height_px: 600,
//!     alarms: Vec::new(),
//!     theme: Theme::Light,
//! });
//! ```
//!
//! Rooms, in the order in which they may import one another:
//! [`error`](Error), `civil` -> [`theme`](Theme) -> [`picture`](TrendPicture) -> `axis`, `canvas` -> `pane`, `lanes` -> `trend`;
//! [`error`](Error), `civil` -> `table`.

mod axis;
mod canvas;
mod civil;
mod error;
mod lanes;
mod pane;
mod picture;
mod table;
mod theme;
mod trend;

pub use error::Error;
pub use picture::{AlarmSpan, Column, Limit, Offset, Side, Trace, TrendPicture, Zone};
pub use table::{
    BadLine, Faults, Format, Heading, Origin, Reading, Row, Sheet, SheetRows, TableReader,
    TableWriter,
};
pub use theme::Theme;
pub use trend::trend_picture;
