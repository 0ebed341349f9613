import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Binary;

/** The server's side of one SCRAM exchange (RFC 5802), with the cryptography of the JDK. */
final class Scram {
    private static final byte[] SALT = "salt of the strict peer".getBytes(StandardCharsets.US_ASCII);
    private static final int ITERATIONS = 4096;
    private static final Pattern FIRST = Pattern.compile("n,,(n=(.*),r=([!-+\\--~]{24,}))");
    private static final Pattern FINAL = Pattern.compile("(c=biws,r=([^,]+)),p=([A-Za-z0-9+/]+=*)");

    private final String hash;
    private final String user;
    private final String password;
    private String bare;
    private String nonce;
    private String challenge;
    private byte[] signature;

    /** HASH as in the mechanism's name: SHA-256. USER as it must stand in the exchange: with its escapes. */
    Scram(String hash, String user, String password) {
        this.hash = hash;
        this.user = user;
        this.password = password;
    }

    boolean isClientFirst(Binary message) {
        Matcher parts = FIRST.matcher(text(message));
        if (!parts.matches() || !parts.group(2).equals(user)) return false;
        bare = parts.group(1);
        nonce = parts.group(3) + "ofThePeer";
        challenge = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(SALT) + ",i=" + ITERATIONS;
        return true;
    }

    byte[] challenge() {
        return challenge.getBytes(StandardCharsets.UTF_8);
    }

    /** The proof shows that the client knows the password. */
    boolean isClientFinal(Binary message) {
        Matcher parts = FINAL.matcher(text(message));
        if (!parts.matches() || !parts.group(2).equals(nonce)) return false;
        try {
            String algorithm = "HmacSHA" + hash.substring(4);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2With" + algorithm)
                    .generateSecret(new PBEKeySpec(password.toCharArray(), SALT, ITERATIONS,
                            8 * MessageDigest.getInstance(hash).getDigestLength())).getEncoded();
            String all = bare + "," + challenge + "," + parts.group(1);
            byte[] key = hmac(algorithm, salted, "Client Key");
            byte[] proof = hmac(algorithm, MessageDigest.getInstance(hash).digest(key), all);
            for (int at = 0; at < proof.length; at++) proof[at] ^= key[at];
            signature = hmac(algorithm, hmac(algorithm, salted, "Server Key"), all);
            return MessageDigest.isEqual(proof, Base64.getDecoder().decode(parts.group(3)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    byte[] serverFinal() {
        return ("v=" + Base64.getEncoder().encodeToString(signature)).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hmac(String algorithm, byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Binary message) {
        return new String(message.getArray(), StandardCharsets.UTF_8);
    }
}
