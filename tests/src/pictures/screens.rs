//! The screens, and what is done on the way to each.

use Plant::{Demo, Empty, Flood, Fresh, NoLink, Thousand};
use Step::{Click, Close, Go, Past, Press, There, Write};

/// The plants that there are pictures of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// The demo plant with a bearing that wears out; after its first setting an edge node dies, too.
    Demo,
    /// The demo plant, and a topic that sends thousands of messages a second.
    Flood,
    /// The demo plant, which was never reached.
    NoLink,
    /// 1,000 machines.
    Thousand,
    /// A connection, and nothing known of what is heard there.
    Fresh,
    /// Not even a connection: the first start.
    Empty,
}

/// One thing that a person does on the way to a screen.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Goes to an address.
    Go(&'static str),
    /// Waits for an element, by a CSS selector.
    There(&'static str),
    /// Clicks the first element of a CSS selector.
    Click(&'static str),
    /// Writes into the field with this test id, in place of what stands there.
    Write(&'static str, &'static str),
    /// Presses a key, wherever the focus is. Keys without a character, here and in what is written, have those of
    /// WebDriver (W3C, 17.4.2): U+E007 is Enter, U+E00C Escape.
    Press(char),
    /// Shows the plant as it was so many seconds ago.
    Past(u32),
    /// Closes the window by the cross in its corner.
    Close,
}

/// A screen.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Name of its picture.
    pub name: &'static str,
    /// Plants that it is shown of.
    pub plants: &'static [Plant],
    /// The way to it.
    pub steps: &'static [Step],
}

const ANY: &[Plant] = &[Demo, Flood, NoLink, Thousand, Fresh, Empty];
/// Where there are assets.
const ASSETS: &[Plant] = &[Demo, Flood, NoLink, Thousand];
const STATION: &[Plant] = &[Demo, Flood, NoLink];
const PUMP_TOPIC: &str =
    "#/diagnostics/messages/station/spBv1.0%2FRiverside%2FDDATA%2Fedge-1%2Fpump-2";

const fn screen(name: &'static str, plants: &'static [Plant], steps: &'static [Step]) -> Screen {
    Screen {
        name,
        plants,
        steps,
    }
}

/// All of them, in the order in which they are taken.
pub const SCREENS: &[Screen] = &[
    screen(
        "first-run",
        &[Empty],
        &[Go("#/overview"), There("[data-testid=first-run]")],
    ),
    screen(
        "overview-nothing",
        &[Fresh],
        &[Go("#/overview"), There("[data-testid=overview-empty]")],
    ),
    screen(
        "overview",
        ASSETS,
        &[
            Go("#/overview?view=tiles"),
            There("[data-testid^=tile-] .value"),
        ],
    ),
    screen(
        "overview-filtered",
        &[Demo, Thousand],
        &[
            Go("#/overview?view=tiles&text=pump"),
            There("[data-testid=filter-clear]"),
        ],
    ),
    screen(
        "overview-tree",
        ASSETS,
        &[
            Go("#/overview?view=tree"),
            There("[data-testid=overview-tree]"),
        ],
    ),
    screen(
        "overview-plan",
        &[Demo, NoLink],
        &[
            Go("#/overview?view=plan"),
            There("[data-testid=ground-view]"),
        ],
    ),
    screen(
        "wall",
        ASSETS,
        &[Go("#/overview?wall=on"), There("[data-testid=wall-page]")],
    ),
    screen(
        "process",
        &[Demo, NoLink],
        &[Go("#/process"), There("[data-testid=picture]")],
    ),
    screen(
        "process-none",
        &[Empty],
        &[Go("#/process"), There("[data-testid=no-pictures]")],
    ),
    screen(
        "process-edit",
        &[Demo],
        &[
            Go("#/process"),
            Click("[data-testid=picture-edit]"),
            There("[data-testid=picture-editor]"),
        ],
    ),
    screen(
        "asset",
        STATION,
        &[Go("#/asset/pump-2"), There("[data-testid=trend]")],
    ),
    screen(
        "asset-thousand",
        &[Thousand],
        &[Go("#/asset/a7"), There("[data-testid=trend]")],
    ),
    screen(
        "asset-how",
        &[Demo],
        &[Go("#/asset/pump-2"), Click("[data-testid=why-how]")],
    ),
    screen(
        "asset-away",
        &[Demo],
        &[Go("#/asset/edge-2"), There("[data-testid=asset-edge-2]")],
    ),
    screen(
        "export",
        &[Demo],
        &[
            Go("#/asset/pump-2"),
            Click("[data-testid=trend-export]"),
            There("[data-testid=export-form]"),
        ],
    ),
    screen(
        "trend-nothing",
        &[Empty],
        &[Go("#/trend"), There("[data-testid=trend-screen]")],
    ),
    screen(
        "trend",
        STATION,
        &[
            Go("#/trend"),
            Write("trend-add", "Pump 2 drive-end\u{e007}"),
            Write("trend-add", "Pump 2 bearing\u{e007}"),
            Write("trend-add", "Pump 2 flow\u{e007}"),
            Write("trend-add", "Pump 1 flow\u{e007}"),
            Write("trend-add", "tank level\u{e007}\u{e00c}"),
            There("[data-testid=trend-table]"),
        ],
    ),
    screen(
        "alarms",
        ANY,
        &[Go("#/alarms"), There("[data-testid=alarms-standing]")],
    ),
    screen(
        "alarms-history",
        &[Demo, Thousand],
        &[Go("#/alarms"), Click("[data-testid=alarms-history]")],
    ),
    screen(
        "connections",
        ANY,
        &[Go("#/connections"), There("[data-testid=connection-new]")],
    ),
    screen(
        "connection-form",
        &[Demo, Empty],
        &[
            Go("#/connections"),
            Click("[data-testid=connection-new]"),
            There("[data-testid=form-host]"),
        ],
    ),
    screen(
        "connection-doctor",
        STATION,
        &[
            Go("#/connections"),
            Click("[data-testid=connection-station] [data-testid=connection-edit]"),
            Click("[data-testid=form-test]"),
            There("[data-testid=test-outcome]"),
        ],
    ),
    screen(
        "discovery",
        &[Demo, Flood, Fresh, Empty],
        &[Go("#/discovery"), There("[data-testid=discovery]")],
    ),
    screen(
        "types",
        &[Demo, Thousand, Empty],
        &[Go("#/types"), There("[data-testid=types]")],
    ),
    screen(
        "diagnostics-rates",
        ANY,
        &[
            Go("#/diagnostics/rates"),
            There("[data-testid=diagnostics]"),
        ],
    ),
    screen(
        "diagnostics-messages",
        &[Demo],
        &[Go(PUMP_TOPIC), There("[data-testid=tapped-message]")],
    ),
    screen(
        "diagnostics-flood",
        &[Flood],
        &[
            Go("#/diagnostics/messages/station/riverside%2Flaboratory%2Fanalyser"),
            There("[data-testid=tapped-message]"),
        ],
    ),
    screen(
        "diagnostics-sessions",
        STATION,
        &[
            Go("#/diagnostics/sessions"),
            There("[data-testid=diagnostics]"),
        ],
    ),
    screen(
        "diagnostics-dropped",
        &[Demo, Flood, Empty],
        &[
            Go("#/diagnostics/dropped"),
            There("[data-testid=diagnostics]"),
        ],
    ),
    screen(
        "diagnostics-program",
        ANY,
        &[Go("#/diagnostics/program"), There("[data-testid=program]")],
    ),
    screen(
        "search",
        &[Demo, Thousand],
        &[
            Go("#/alarms"),
            Press('/'),
            Write("search", "vibration"),
            There("#search-hits"),
        ],
    ),
    screen(
        "settings",
        ANY,
        &[
            Go("#/overview?view=tiles"),
            Click("[data-testid=nav-settings]"),
            There("[data-testid=settings-done]"),
        ],
    ),
    screen(
        "shortcuts",
        &[Demo, Empty],
        &[
            Go("#/overview?view=tiles"),
            Press('?'),
            There("[data-testid=shortcuts]"),
        ],
    ),
    screen(
        "about",
        &[Demo],
        &[
            Go("#/overview?view=tiles"),
            Click("[data-testid=nav-settings]"),
            Click("[data-testid=settings-about]"),
            There("[data-testid=about-count]"),
        ],
    ),
    screen(
        "close-question",
        &[Demo, Empty],
        &[
            Go("#/overview?view=tiles"),
            Close,
            There("[data-testid=close-tray]"),
        ],
    ),
    screen(
        "past-overview",
        ASSETS,
        &[Go("#/overview?view=tiles"), Past(20), There(".shell.past")],
    ),
    screen(
        "past-asset",
        STATION,
        &[
            Go("#/asset/pump-2"),
            There("[data-testid=trend]"),
            Past(20),
            There(".shell.past"),
        ],
    ),
    screen(
        "past-alarms",
        ASSETS,
        &[Go("#/alarms"), Past(20), There(".shell.past")],
    ),
    screen(
        "past-process",
        &[Demo],
        &[
            Go("#/process"),
            There("[data-testid=picture]"),
            Past(20),
            There(".shell.past"),
        ],
    ),
    screen(
        "past-connections",
        &[Demo],
        &[
            Go("#/connections"),
            Past(20),
            There("[data-testid=present-screen]"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::SCREENS;

    #[test]
    fn every_screen_has_a_picture_of_its_own() {
        let names: BTreeSet<_> = SCREENS.iter().map(|screen| screen.name).collect();
        assert_eq!(names.len(), SCREENS.len());
    }
}
