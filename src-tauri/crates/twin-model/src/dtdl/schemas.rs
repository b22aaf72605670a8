//! Schemas that need no definition: primitive ones and places on earth.

use super::lang::Version;

macro_rules! primitives {
    ($($(#[$doc:meta])* $name:ident $term:literal $since:ident,)*) => {
        /// A schema that the language defines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Primitive {
            $($(#[$doc])* $name,)*
        }

        impl Primitive {
            const TERMS: &'static [(&'static str, Primitive, Version)] =
                &[$(($term, Primitive::$name, Version::$since),)*];
        }
    };
}

primitives! {
    /// True or false.
    Boolean "boolean" V2,
    /// A date (RFC 3339).
    Date "date" V2,
    /// A date and time (RFC 3339).
    DateTime "dateTime" V2,
    /// IEEE 754, 8 bytes.
    Double "double" V2,
    /// A duration (ISO 8601).
    Duration "duration" V2,
    /// IEEE 754, 4 bytes.
    Float "float" V2,
    /// Signed, 4 bytes.
    Integer "integer" V2,
    /// Signed, 8 bytes.
    Long "long" V2,
    /// UTF-8.
    String "string" V2,
    /// A time of day (RFC 3339).
    Time "time" V2,
    /// Signed, 1 byte.
    Byte "byte" V4,
    /// Base64.
    Bytes "bytes" V4,
    /// Decimal digits as a text.
    Decimal "decimal" V4,
    /// Signed, 2 bytes.
    Short "short" V4,
    /// Unsigned, 1 byte.
    UnsignedByte "unsignedByte" V4,
    /// Unsigned, 4 bytes.
    UnsignedInteger "unsignedInteger" V4,
    /// Unsigned, 8 bytes.
    UnsignedLong "unsignedLong" V4,
    /// Unsigned, 2 bytes.
    UnsignedShort "unsignedShort" V4,
    /// RFC 4122.
    Uuid "uuid" V4,
    /// GeoJSON LineString.
    LineString "lineString" V2,
    /// GeoJSON MultiLineString.
    MultiLineString "multiLineString" V2,
    /// GeoJSON MultiPoint.
    MultiPoint "multiPoint" V2,
    /// GeoJSON MultiPolygon.
    MultiPolygon "multiPolygon" V2,
    /// GeoJSON Point.
    Point "point" V2,
    /// GeoJSON Polygon.
    Polygon "polygon" V2,
    /// A decimal number with its scale.
    ScaledDecimal "scaledDecimal" V4,
    /// A point of the extension IoT Central.
    GeoPoint "geopoint" V2,
    /// A vector of three components of the extension IoT Central.
    Vector "vector" V2,
}

impl Primitive {
    /// Its term in the language.
    #[must_use]
    pub fn term(self) -> &'static str {
        let named = Primitive::TERMS.iter().find(|(_, known, _)| *known == self);
        named.map_or("", |(term, ..)| term)
    }

    /// The schema of this term or of this DTMI. A DTMI may be of an `oldest` version on.
    pub(super) fn named(text: &str, version: Version, oldest: Version) -> Option<Primitive> {
        let (term, stated) = match text.rsplit_once(':') {
            None => (text, version),
            Some((_, tail)) => {
                let (term, number) = tail.split_once(';')?;
                let stated = Version::ALL
                    .into_iter()
                    .find(|known| known.number().to_string() == number)?;
                (term, stated)
            }
        };
        let (term, primitive, since) =
            Primitive::TERMS.iter().find(|(known, ..)| *known == term)?;
        let identified = text == *term || text == primitive.dtmi(term, stated);
        let fits = *since <= stated && (oldest..=version).contains(&stated);
        (identified && fits).then_some(*primitive)
    }

    fn dtmi(self, term: &str, version: Version) -> String {
        let number = version.number();
        if self.is_place() {
            format!("dtmi:standard:schema:geospatial:{term};{number}")
        } else if self == Primitive::ScaledDecimal {
            format!("dtmi:standard:schema:{term};{number}")
        } else if self.is_partner() {
            format!("dtmi:iotcentral:schema:{term};2")
        } else {
            format!("dtmi:dtdl:instance:Schema:{term};{number}")
        }
    }

    /// Whether a quantity can have it.
    #[must_use]
    pub const fn is_number(self) -> bool {
        use Primitive::*;
        matches!(
            self,
            Double
                | Float
                | Integer
                | Long
                | Byte
                | Decimal
                | Short
                | UnsignedByte
                | UnsignedInteger
                | UnsignedLong
                | UnsignedShort
        )
    }

    /// Whether it is a whole number.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        use Primitive::*;
        matches!(
            self,
            Integer
                | Long
                | Byte
                | Short
                | UnsignedByte
                | UnsignedInteger
                | UnsignedLong
                | UnsignedShort
        )
    }

    /// Whether it needs the extension IoT Central.
    pub(super) const fn is_partner(self) -> bool {
        matches!(self, Primitive::GeoPoint | Primitive::Vector)
    }

    /// Whether it is a place on earth.
    #[must_use]
    pub const fn is_place(self) -> bool {
        use Primitive::*;
        matches!(
            self,
            LineString | MultiLineString | MultiPoint | MultiPolygon | Point | Polygon
        )
    }
}
