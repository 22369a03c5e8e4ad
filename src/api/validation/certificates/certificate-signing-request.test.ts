import { testCases } from '../cases.test-helper.ts';
import { validateSigningRequest } from './certificate-signing-request.ts';

const request = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'a' },
  spec: {
    request: Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n').toString(
      'base64',
    ),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  },
};
const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

testCases('signing request', request, validateSigningRequest, [
  [{ 'spec.request': 'eA==' }, 'spec.request: Invalid value: "eA==": PEM block type must be CERTIFICATE REQUEST'],
  [{ 'spec.usages': [] }, 'spec.usages: Required value'],
  [{ 'spec.signerName': '' }, 'spec.signerName: Required value'],
  [{ 'spec.signerName': 'kubernetes' }, `spec.signerName: Invalid value: "kubernetes": ${form}`],
  [{ 'spec.signerName': 'local/x' }, `spec.signerName: Invalid value: "local/x": ${form}`],
  [
    { 'spec.expirationSeconds': 599 },
    'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
  ],
]);
