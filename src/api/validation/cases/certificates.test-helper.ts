import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const certificatesCases: Readonly<Record<string, KindCases>> = {
  'certificates.k8s.io/CertificateSigningRequest': {
    base: {
      spec: {
        request:
          'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QmRUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCRC9lOFBYMVk1VnhWc3M3a3VrL1hCTDhwcGNvUnI5RHd4UHBPb0R2clZ4cFZ0RHk2VytpY25mTXBUUTRYUzhnClh2Rk9IeG1raVJBcWFXdEFnZEh2V0llZ0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQmRzVFlBUXN5M2hucjcKWnFCb0ZSSnZXM2JoblArdURZZjhiZlMzVEhTTkxnSWhBUGEzQ2IwUEN1Tkh5M25OTTdoSWZVNGpnZG4zdzNYOQpiT3BNaGVYQ0FrdUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==',
        signerName: 'example.com/s',
        usages: ['client auth'],
      },
    },
    create: [
      [{ 'spec.usages': [] }, 'spec.usages: Required value'],
      [
        { 'spec.usages': ['x'] },
        'spec.usages[0]: Unsupported value: "x": supported values: "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping"',
      ],
      [{ 'spec.usages': ['any', 'any'] }, 'spec.usages[1]: Duplicate value: "any"'],
      [{ 'spec.signerName': '' }, 'spec.signerName: Required value'],
      [
        { 'spec.signerName': 'x' },
        'spec.signerName: Invalid value: "x": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
      [
        { 'spec.signerName': 'a/B' },
        'spec.signerName: Invalid value: "a": should be a domain with at least two segments separated by dots',
        "spec.signerName: Invalid value: \"B\": validating label \"B\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.signerName': 'kubernetes.io/legacy-unknown' },
        'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
      ],
      [
        { 'spec.expirationSeconds': 1 },
        'spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)',
      ],
    ],
    subresources: {
      approval: [
        [
          { 'status.conditions': [{ type: 'Approved', status: 'False' }] },
          'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
        ],
        [
          {
            'status.conditions': [
              { type: 'Approved', status: 'True' },
              { type: 'Denied', status: 'True' },
            ],
          },
          'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
        ],
      ],
    },
  },
};
