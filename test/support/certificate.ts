/**
 * A key and a certificate for localhost that it signed itself, so nobody trusts it. Made for these tests by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`.
 */
export const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ2627I0psy0DwSzm
u6t31dTuJbvzhzETya+6Mz0Zg/KhRANCAAQycKbh/E12BVOnTBMU8R+I3Do+rdNi
vOZGYN0tQcNjfAYd6j7VHg9bBI+JRGtQJKFayj17DakDd8est+/mBV5k
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUW2Q3hsdCixGawyF4cCRmctIzCs0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA2MTY0OFoYDzIxMjYxMDMx
MDYxNjQ4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQycKbh/E12BVOnTBMU8R+I3Do+rdNivOZGYN0tQcNjfAYd6j7VHg9b
BI+JRGtQJKFayj17DakDd8est+/mBV5ko28wbTAdBgNVHQ4EFgQUJK3B42cdmuJC
9cXlIWkRYibFp/wwHwYDVR0jBBgwFoAUJK3B42cdmuJC9cXlIWkRYibFp/wwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAP5sDPgBemgLrGYDbPfY6YLSaDEmff/GC0DfH1SRH/fnAiEA
zQ7C8Go6EjAF6gHuk6yIlV02M6nCshZSvzloGSmjr6U=
-----END CERTIFICATE-----
`,
};
