//! Plans and the map's outline: files in the workspace's folder `plans`, and how what the plant file says of them is shown.

use std::{fs, io, path::Path};

use twin_core::{Said, said};
use twin_model::{PlanUnits, Plant};

use crate::{
    api::plans::{LocationView, MapView, PlanUnitsView, PlanView, SpotView},
    error::{Doing, Error, Result},
    model_files::read_bounded,
    pictures,
};

/// Where the files lie, below the plant file.
const FOLDER: &str = "plans";
/// Largest picture (PNG, JPEG) of a plan, bytes.
const PICTURE_BYTES_MAX: u64 = 16 << 20;
/// Largest outline, bytes.
const OUTLINE_BYTES_MAX: u64 = 4 << 20;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// The plans as the window draws them.
pub fn plan_views(plant: &Plant) -> Vec<PlanView> {
    let plans = plant.plans.iter().map(|plan| PlanView {
        id: plan.id.clone(),
        name: plan.name.clone(),
        place: plan.place.clone(),
        file: plan.file.clone(),
        units: match plan.units {
            PlanUnits::Fraction => PlanUnitsView::Fraction,
            PlanUnits::Drawing => PlanUnitsView::Drawing,
        },
        spots: spots(&plan.assets),
    });
    plans.collect()
}

fn spots(assets: &std::collections::BTreeMap<String, [f64; 2]>) -> Vec<SpotView> {
    let spots = assets.iter().map(|(asset, [x, y])| SpotView {
        asset: asset.clone(),
        x: *x,
        y: *y,
    });
    spots.collect()
}

/// Assets on the earth as the window draws them.
pub fn map_view(plant: &Plant) -> MapView {
    let locations = plant.map.locations.iter();
    MapView {
        outline: plant.map.outline.clone(),
        locations: locations
            .map(|(asset, at)| LocationView {
                asset: asset.clone(),
                latitude: at.latitude,
                longitude: at.longitude,
            })
            .collect(),
    }
}

/// The drawing of a plan: an SVG that is bounded and otherwise not to be trusted, or a PNG or JPEG of at most 16 MiB.
///
/// # Errors
/// [`Error::Request`] when it is none of these or too large, [`Error::File`] when it cannot be read.
pub fn drawing(dir: &Path, name: &str) -> Result<Vec<u8>> {
    if name.to_ascii_lowercase().ends_with(".svg") {
        let bytes = read(dir, name, pictures::BYTES_MAX)?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(name, pictures::no_text()))?;
        pictures::check(&text).map_err(|why| wrong(name, why))?;
        return Ok(text.into_bytes());
    }
    let bytes = read(dir, name, PICTURE_BYTES_MAX)?;
    if bytes.starts_with(PNG) || bytes.starts_with(JPEG) {
        Ok(bytes)
    } else {
        let why = said!(
            "drawing-no-image",
            "it is neither PNG nor JPEG, whatever its name says"
        );
        Err(wrong(name, why))
    }
}

/// The text of the map's outline, at most 4 MiB and otherwise not to be trusted.
///
/// # Errors
/// [`Error::Request`] when it is no text or too large, [`Error::File`] when it cannot be read.
pub fn outline(dir: &Path, name: &str) -> Result<String> {
    let bytes = read(dir, name, OUTLINE_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|_| {
        let why = said!("drawing-no-outline", "it is no UTF-8 text, so no GeoJSON");
        wrong(name, why)
    })
}

fn read(dir: &Path, name: &str, most: u64) -> Result<Vec<u8>> {
    let folder = dir.join(FOLDER);
    let path = folder.join(name);
    let file = |source: io::Error| Error::File {
        action: Doing::Read,
        path: path.clone(),
        source,
    };
    let is_plain = Path::new(name).components().count() == 1 && !name.starts_with('.');
    if !is_plain {
        let why = said!(
            "drawing-plan-name",
            "it must be the name of a file in the folder plans"
        );
        return Err(wrong(name, why));
    }
    // Links are followed, but to nowhere else.
    let real = fs::canonicalize(&path).map_err(file)?;
    if !real.starts_with(fs::canonicalize(&folder).map_err(file)?) {
        let why = said!(
            "drawing-plan-link",
            "it is a link to a file outside of the folder plans: copy it in"
        );
        return Err(wrong(name, why));
    }
    let bytes = read_bounded(&real, most).map_err(file)?;
    bytes.ok_or_else(|| {
        let why = said!(
            "drawing-plan-large",
            "it is larger than {most} MiB: make it smaller",
            most = most >> 20
        );
        wrong(name, why)
    })
}

fn wrong(name: &str, why: Said) -> Error {
    Error::Request(said!(
        "refused-plan",
        "{name} cannot be used as a plan: {why}",
        name = name,
        why = why
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

    fn told<T: std::fmt::Debug>(answer: Result<T>) -> String {
        answer.unwrap_err().to_string()
    }

    #[test]
    fn drawings_are_bounded_judged_by_what_they_are_and_never_from_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
        let drawn = |name: &str| drawing(dir.path(), name);
        put("site.svg", SVG.as_bytes());
        assert_eq!(drawn("site.svg").unwrap(), SVG.as_bytes());
        put("site.png", &[PNG, b"rest"].concat());
        assert_eq!(drawn("site.png").unwrap().len(), 12);
        put("photo.JPG", &[JPEG, b"rest"].concat());
        assert!(drawn("photo.JPG").is_ok());
        put("fake.png", b"GIF89a");
        assert!(told(drawn("fake.png")).contains("neither PNG nor JPEG"));
        put("page.svg", b"<html/>");
        assert!(told(drawn("page.svg")).contains("page.svg cannot be used"));
        put("latin.svg", b"<svg>\xe4</svg>");
        assert!(told(drawn("latin.svg")).contains("UTF-8"));
        put("large.svg", &vec![b' '; pictures::BYTES_MAX as usize + 1]);
        assert!(told(drawn("large.svg")).contains("larger than 8 MiB"));
        fs::write(dir.path().join("plant.svg"), SVG).unwrap();
        for away in ["../plant.svg", "/etc/hostname", ".."] {
            assert!(drawn(away).is_err(), "{away}");
        }
        assert!(matches!(drawn("none.svg"), Err(Error::File { .. })));
        put("coast.geojson", b"{}");
        assert_eq!(outline(dir.path(), "coast.geojson").unwrap(), "{}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(FOLDER)).unwrap();
        fs::write(dir.path().join("secret.svg"), SVG).unwrap();
        let link = dir.path().join(FOLDER).join("site.svg");
        std::os::unix::fs::symlink(dir.path().join("secret.svg"), link).unwrap();
        assert!(told(drawing(dir.path(), "site.svg")).contains("outside of the folder"));
    }
}
