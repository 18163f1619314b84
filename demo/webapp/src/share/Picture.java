package share;

import java.util.List;

/** One picture of the gallery: {@code img/gallery/NN.svg}, NN counted from 01 in the order of {@link #ALL}. */
public record Picture(String garden, String country) {

    public static final List<Picture> ALL = List.of(
            new Picture("Uji", "Japan"), new Picture("Shizuoka", "Japan"), new Picture("Yame", "Japan"),
            new Picture("Boseong", "Korea"), new Picture("Jeju", "Korea"), new Picture("Alishan", "Taiwan"),
            new Picture("Nantou", "Taiwan"), new Picture("Wuyi", "China"), new Picture("Hangzhou", "China"),
            new Picture("Yunnan", "China"), new Picture("Darjeeling", "India"), new Picture("Assam", "India"),
            new Picture("Nilgiri", "India"), new Picture("Ilam", "Nepal"), new Picture("Nuwara Eliya", "Sri Lanka"),
            new Picture("Dimbula", "Sri Lanka"), new Picture("Kericho", "Kenya"), new Picture("Cederberg", "South Africa"),
            new Picture("Rize", "Türkiye"), new Picture("São Miguel", "Azores"));
}
