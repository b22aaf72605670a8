//! In which settings there are pictures of the screens.

use super::screens::{Plant, SCREENS, Screen};
use crate::harness::desktop::{Kind, PLAIN};

/// Where and how the window is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name of the folder with its pictures.
    pub name: &'static str,
    /// What it is, for the index.
    pub about: &'static str,
    /// What the window shows.
    pub plant: Plant,
    /// The desktop.
    pub desktop: Kind,
    /// Size of the window, pixels as the desktop counts them.
    pub size: (u32, u32),
    /// Size of the page, CSS pixels: less than the window where the desktop shows everything larger.
    pub page: (u32, u32),
    /// `dark` or `light`.
    pub theme: &'static str,
    /// A language that a person chose; none: the system's.
    pub language: Option<&'static str>,
}

const DARK: Setting = Setting {
    name: "1280x800-dark",
    about: "The demo plant, 1280 x 800, dark",
    plant: Plant::Demo,
    desktop: PLAIN,
    size: (1_280, 800),
    page: (1_280, 800),
    theme: "dark",
    language: None,
};

/// A 4K screen, on which windows that are shown twice as large have room.
const LARGE: (u32, u32) = (3_840, 2_160);

/// All of them, in the order in which they are gone through.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "german",
        about: "German, 1024 x 700, dark: the longest words in the smallest window",
        size: (1_024, 700),
        page: (1_024, 700),
        language: Some("de"),
        ..DARK
    },
    Setting {
        name: "1280x800-light",
        about: "The demo plant, 1280 x 800, light",
        theme: "light",
        ..DARK
    },
    Setting {
        name: "1024x700",
        about: "The demo plant, 1024 x 700, light",
        size: (1_024, 700),
        page: (1_024, 700),
        theme: "light",
        ..DARK
    },
    Setting {
        name: "2560x1440",
        about: "The demo plant, 2560 x 1440, dark",
        size: (2_560, 1_440),
        page: (2_560, 1_440),
        ..DARK
    },
    Setting {
        name: "lang-c",
        about: "LANG=C, 1280 x 800, light",
        desktop: Kind {
            environment: &[("LANG", "C"), ("LC_ALL", "C"), ("LANGUAGE", "")],
            ..PLAIN
        },
        theme: "light",
        ..DARK
    },
    Setting {
        name: "125-percent",
        about: "125 %, a page of 1024 x 700, dark",
        desktop: Kind {
            screen: LARGE,
            environment: &[("GDK_DPI_SCALE", "1.25")],
        },
        size: (1_280, 875),
        page: (1_024, 700),
        ..DARK
    },
    Setting {
        name: "150-percent",
        about: "150 % on a screen of 1920 x 1080: a page of 1280 x 720, light",
        desktop: Kind {
            screen: LARGE,
            environment: &[("GDK_DPI_SCALE", "1.5")],
        },
        size: (1_920, 1_080),
        page: (1_280, 720),
        theme: "light",
        ..DARK
    },
    Setting {
        name: "200-percent",
        about: "200 %, a page of 1024 x 700, dark",
        desktop: Kind {
            screen: LARGE,
            environment: &[("GDK_SCALE", "2")],
        },
        size: (1_024, 700),
        page: (1_024, 700),
        ..DARK
    },
    // After some minutes: trends show more than their first moments.
    DARK,
    Setting {
        name: "1000-assets",
        about: "1,000 machines, 1280 x 800, dark",
        plant: Plant::Thousand,
        ..DARK
    },
    Setting {
        name: "flood",
        about: "A topic that floods, 1280 x 800, light",
        plant: Plant::Flood,
        theme: "light",
        ..DARK
    },
    Setting {
        name: "no-connection",
        about: "A broker that does not answer, 1280 x 800, dark",
        plant: Plant::NoLink,
        ..DARK
    },
    Setting {
        name: "empty",
        about: "The first start, 1280 x 800, light",
        plant: Plant::Empty,
        theme: "light",
        ..DARK
    },
    Setting {
        name: "nothing-known",
        about: "A connection on which nothing is known yet, 1280 x 800, dark",
        plant: Plant::Fresh,
        ..DARK
    },
];

impl Setting {
    /// The screens that there are in it.
    pub fn screens(&self) -> impl Iterator<Item = &'static Screen> + use<> {
        let plant = self.plant;
        SCREENS
            .iter()
            .filter(move |screen| screen.plants.contains(&plant))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::SETTINGS;

    #[test]
    fn every_setting_has_a_folder_of_its_own_and_screens() {
        let names: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
        for setting in SETTINGS {
            assert!(setting.screens().count() > 5, "{}", setting.name);
        }
    }
}
